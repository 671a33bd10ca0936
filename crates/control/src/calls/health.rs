//! Whether the headend is alive and ready, and what it can be asked.

use crate::model::Health;
use crate::routes;
use crate::server::Shared;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The longest that the sending thread may be silent.
const SILENCE_MS: u64 = 1000;
/// The oldest picture that is believed.
const PICTURE: Duration = Duration::from_secs(5);

/// Whether the sending thread beats. For supervisors.
#[utoipa::path(get, path = "/livez", responses(
    (status = 200, body = Health), (status = 503, body = Health)
))]
pub async fn livez(State(shared): State<Arc<Shared>>) -> Response {
    answer(faults(&shared, false))
}

/// Whether all is there that is needed for the next day. For supervisors.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, body = Health), (status = 503, body = Health)
))]
pub async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    answer(faults(&shared, true))
}

fn faults(shared: &Shared, ready: bool) -> Vec<String> {
    let picture = shared.line.live.borrow().clone();
    let mut faults = Vec::new();
    if picture.live.at.is_empty() {
        faults.push("nothing is on air yet".to_owned());
        return faults;
    }
    if picture.seen.elapsed() > PICTURE {
        faults.push(format!("nothing was seen for {} s", picture.seen.elapsed().as_secs()));
    }
    if picture.live.silence_ms > SILENCE_MS {
        faults.push(format!("the sending thread is silent for {} ms", picture.live.silence_ms));
    }
    if ready {
        faults.extend(picture.live.unready.iter().cloned());
    }
    faults
}

fn answer(faults: Vec<String>) -> Response {
    let (status, word) = match faults.is_empty() {
        true => (StatusCode::OK, "ok"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "fault"),
    };
    (status, Json(Health { status: word.to_owned(), faults })).into_response()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, body = Object)))]
pub async fn openapi() -> impl IntoResponse {
    static DOCUMENT: LazyLock<String> = LazyLock::new(routes::document_json);
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}
