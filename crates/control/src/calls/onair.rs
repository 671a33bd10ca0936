//! What is on air, from the picture that is made once a second.

use crate::model::{Bundles, Live, Multiplexes, OnAir};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// What is on each service now and next.
#[utoipa::path(get, path = "/v1/onair", responses((status = 200, body = OnAir)))]
pub async fn onair(State(shared): State<Arc<Shared>>) -> Result<Json<OnAir>, Problem> {
    let live = live(&shared)?;
    let (at, services) = (live.at.clone(), live.services.clone());
    Ok(Json(OnAir { at, revision: live.revision, services }))
}

/// The bundles and how far they are.
#[utoipa::path(get, path = "/v1/bundles", responses((status = 200, body = Bundles)))]
pub async fn bundles(State(shared): State<Arc<Shared>>) -> Result<Json<Bundles>, Problem> {
    let live = live(&shared)?;
    Ok(Json(Bundles { at: live.at.clone(), bundles: live.bundles.clone() }))
}

/// The multiplexes: rates by kind, lateness, outputs.
#[utoipa::path(get, path = "/v1/multiplexes", responses((status = 200, body = Multiplexes)))]
pub async fn multiplexes(State(shared): State<Arc<Shared>>) -> Result<Json<Multiplexes>, Problem> {
    let live = live(&shared)?;
    Ok(Json(Multiplexes { at: live.at.clone(), multiplexes: live.multiplexes.clone() }))
}

fn live(shared: &Shared) -> Result<Arc<Live>, Problem> {
    let live = Arc::clone(&shared.line.live.borrow().live);
    if live.at.is_empty() {
        let detail = "nothing is on air yet; ask again in a second";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    Ok(live)
}
