//! Sessions of the console: a token is shown once, and a cookie that no script can read stands for
//! it until it ends.

use crate::guard::{COOKIE, Note, cookie};
use crate::identity::{Actor, SESSION};
use crate::model::Me;
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use std::sync::Arc;

/// Who one is.
#[utoipa::path(get, path = "/v1/me", responses((status = 200, body = Me)))]
pub async fn me(Extension(actor): Extension<Actor>) -> Json<Me> {
    Json(Me { name: actor.name.to_string(), role: actor.role })
}

/// Begins a session for who shows a token; the answer sets its cookie.
#[utoipa::path(post, path = "/v1/session", responses((status = 200, body = Me)))]
pub async fn begin(
    State(shared): State<Arc<Shared>>,
    Extension(actor): Extension<Actor>,
) -> Result<Response, Problem> {
    let me = Me { name: actor.name.to_string(), role: actor.role };
    let id = shared.identities.begin_session(actor).map_err(|error| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("no random bytes: {error}"))
    })?;
    let seconds = SESSION.as_secs();
    let mut response = Json(me).into_response();
    set_cookie(&mut response, &format!("{COOKIE}={id}; {COOKIE_RULES}; Max-Age={seconds}"));
    note(&mut response, "session begun");
    Ok(response)
}

/// Ends the session of the cookie.
#[utoipa::path(delete, path = "/v1/session", responses((status = 204)))]
pub async fn end(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if let Some(id) = cookie(&headers) {
        shared.identities.end_session(id);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &format!("{COOKIE}=; {COOKIE_RULES}; Max-Age=0"));
    note(&mut response, "session ended");
    response
}

const COOKIE_RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

fn note(response: &mut Response, outcome: &str) {
    let note = Note { outcome: outcome.to_owned(), reason: String::new() };
    response.extensions_mut().insert(note);
}
