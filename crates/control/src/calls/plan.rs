//! What is planned, and what is to be said of a plan.

use crate::console::page_policy;
use crate::desk::Question;
use crate::model::{CheckReport, CheckText, CheckWanted, PlanReport, PlanWanted, WeekWanted};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use std::sync::Arc;

/// Bytes of a timetable that is checked.
const TEXT_BYTES: usize = 4 << 20;

/// What is planned for a day, or a stretch of up to eight days, by the timetable as it is now.
#[utoipa::path(get, path = "/v1/plan", params(PlanWanted), responses(
    (status = 200, body = PlanReport), (status = 404, body = Problem)
))]
pub async fn plan(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<PlanWanted>, QueryRejection>,
) -> Result<Json<PlanReport>, Problem> {
    Ok(Json(shared.line.ask(wanted?.0, Question::Plan).await?))
}

/// A week as a page for a wall.
#[utoipa::path(get, path = "/v1/week", params(WeekWanted), responses(
    (status = 200, body = String, content_type = "text/html"), (status = 404, body = Problem)
))]
pub async fn week(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<WeekWanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let page = shared.line.ask(wanted?.0, Question::Week).await?;
    let policy = page_policy(&page);
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}

/// Checks the text of a timetable, posted as it is, against the library and the multiplexes.
/// Nothing is changed.
#[utoipa::path(post, path = "/v1/check", params(CheckWanted),
    request_body(content = String, content_type = "application/toml"),
    responses(
        (status = 200, body = CheckReport),
        (status = 404, body = Problem),
        (status = 413, body = Problem)
    )
)]
pub async fn check(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<CheckWanted>, QueryRejection>,
    body: Body,
) -> Result<Json<CheckReport>, Problem> {
    let file = wanted?.0.file;
    let read = Limited::new(body, TEXT_BYTES).collect().await.map_err(|error| {
        let detail = format!("the text cannot be read: {error}; {TEXT_BYTES} bytes are the most");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    })?;
    let text = String::from_utf8(read.to_bytes().into())
        .map_err(|_| Problem::bad("the text is not UTF-8"))?;
    Ok(Json(shared.line.check(CheckText { file, text }).await?))
}
