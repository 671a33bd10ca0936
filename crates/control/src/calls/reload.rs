//! Taking over the timetable as it is written now.

use crate::desk::Order;
use crate::guard::Note;
use crate::model::{ReloadOutcome, ReloadWanted};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The longest reason.
const REASON_BYTES: usize = 1000;

/// Takes over the timetable as it is written now, in two phases: it is compiled and compared, and
/// then refused, or taken over at a superframe in the near future. What is on air stays.
#[utoipa::path(post, path = "/v1/reload", request_body = ReloadWanted, responses(
    (status = 200, description = "Accepted, acceptable or unchanged.", body = ReloadOutcome),
    (status = 409, description = "Another revision is on air.", body = Problem),
    (status = 413, body = Problem),
    (status = 415, body = Problem),
    (status = 422, description = "Refused; the old timetable goes on.", body = ReloadOutcome)
))]
pub async fn reload(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Json<ReloadWanted>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(wanted) = wanted.map_err(|rejection| match rejection {
        // What has not the right fields is a fault of what was sent like any other.
        JsonRejection::JsonDataError(error) => Problem::bad(error.body_text()),
        other => Problem::from(other),
    })?;
    let reason = wanted.reason.trim().to_owned();
    if reason.is_empty() || reason.len() > REASON_BYTES {
        let detail = format!("`reason` says why, in 1 to {REASON_BYTES} bytes");
        return Err(Problem::bad(detail));
    }
    let done = shared.line.order(wanted, Order::Reload).await;
    let (mut response, outcome) = match done {
        Ok(outcome) => {
            let refused = outcome.outcome == "refused";
            let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let told = told(&outcome);
            ((status, Json(outcome)).into_response(), told)
        }
        Err(refusal) => {
            let problem = Problem::from(refusal);
            let told = problem.detail.clone();
            (problem.into_response(), told)
        }
    };
    response.extensions_mut().insert(Note { reason, outcome });
    Ok(response)
}

fn told(outcome: &ReloadOutcome) -> String {
    let mut told = format!("{}, revision {}", outcome.outcome, outcome.revision);
    if let Some(effective) = &outcome.effective {
        told += &format!(" from {effective}");
    }
    told
}
