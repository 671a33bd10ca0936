//! What is in the library.

use crate::desk::Question;
use crate::model::{AssetDetail, AssetWanted, Found, Search};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use std::sync::Arc;

/// Finds assets.
#[utoipa::path(get, path = "/v1/library", params(Search), responses((status = 200, body = Found)))]
pub async fn search(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<Search>, QueryRejection>,
) -> Result<Json<Found>, Problem> {
    Ok(Json(shared.line.ask(wanted?.0, Question::Search).await?))
}

/// Tells all that is known of an asset.
#[utoipa::path(get, path = "/v1/asset", params(AssetWanted), responses(
    (status = 200, body = AssetDetail), (status = 404, body = Problem)
))]
pub async fn asset(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<AssetWanted>, QueryRejection>,
) -> Result<Json<AssetDetail>, Problem> {
    Ok(Json(shared.line.ask(wanted?.0.id, Question::Asset).await?))
}
