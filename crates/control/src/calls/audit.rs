//! Who did what.

use crate::model::{AuditReport, AuditWanted};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// The newest entries of this month's audit log.
#[utoipa::path(get, path = "/v1/audit", params(AuditWanted), responses((status = 200, body = AuditReport)))]
pub async fn newest(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<AuditWanted>, QueryRejection>,
) -> Result<Json<AuditReport>, Problem> {
    let limit = wanted?.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Problem::bad("`limit` is 1 to 1000"));
    }
    let read = tokio::task::spawn_blocking(move || shared.audit.newest(limit as usize)).await;
    match read {
        Ok(Ok(entries)) => Ok(Json(AuditReport { entries })),
        Ok(Err(error)) => Err(unreadable(&error.to_string())),
        Err(error) => Err(unreadable(&error.to_string())),
    }
}

fn unreadable(error: &str) -> Problem {
    let detail = format!("the audit log cannot be read: {error}");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}
