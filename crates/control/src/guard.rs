//! What every call passes: how often, who, whether they may; and what is written down of it.

use crate::audit::Entry;
use crate::identity::{Actor, NotLetIn};
use crate::problem::Problem;
use crate::routes::Access;
use crate::server::Shared;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The longest that a call may take, its body included.
const CALL_MAX: Duration = Duration::from_secs(60);
/// The cookie of a session. Its prefix makes browsers hold it to this host, over TLS only.
pub(crate) const COOKIE: &str = "__Host-headend";

/// The other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub address: SocketAddr,
    /// Who it is by its certificate.
    pub machine: Option<Actor>,
}

/// What a handler tells the audit log, as an extension of its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub reason: String,
    pub outcome: String,
}

/// Which call is guarded, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub shared: Arc<Shared>,
    pub access: Access,
    pub writes: bool,
}

/// What passes for all calls, those that do not exist included.
pub(crate) async fn outer(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let address = request.extensions().get::<Peer>().map(|peer| peer.address.ip());
    let granted = address.is_some_and(|address| shared.calls.take(address, Instant::now()));
    let mut response = if granted {
        match tokio::time::timeout(CALL_MAX, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                let detail = format!("it took longer than {} s", CALL_MAX.as_secs());
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response()
            }
        }
    } else {
        let detail = "too many calls from this address; wait a little";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
    response
}

/// Headers of every answer that does not say otherwise.
const ALWAYS: &[(HeaderName, &str)] = &[
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Lets those in who may.
pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Access::From(wanted) = gate.access else {
        return next.run(request).await;
    };
    let (mut head, body) = request.into_parts();
    let Some(peer) = head.extensions.get::<Peer>().cloned() else {
        return Problem::new(StatusCode::UNAUTHORIZED, "nobody is known").into_response();
    };
    let actor = match identify(&gate.shared, &peer, &head).await {
        Ok(actor) => actor,
        Err(problem) => return problem.into_response(),
    };
    let entry = Entry {
        actor: actor.name.to_string(),
        role: actor.role.as_str().to_owned(),
        address: peer.address.to_string(),
        call: format!("{} {}", head.method, head.uri.path()),
        ..Entry::default()
    };
    if actor.role < wanted {
        let detail =
            format!("`{}` is {}; this wants {}", actor.name, actor.role.as_str(), wanted.as_str());
        if gate.writes {
            let denied = Entry {
                phase: "done".to_owned(),
                status: StatusCode::FORBIDDEN.as_u16(),
                outcome: "denied".to_owned(),
                write: gate.shared.writes.fetch_add(1, Ordering::Relaxed),
                ..entry
            };
            let _ = record(&gate.shared, denied).await;
        }
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    head.extensions.insert(actor);
    let request = Request::from_parts(head, body);
    if !gate.writes {
        return next.run(request).await;
    }
    // Whoever asked may go away; what was begun is brought to its end and written down.
    let done = tokio::spawn(audited(gate.shared, entry, request, next)).await;
    done.unwrap_or_else(|_| {
        let detail = "the call failed; look at the daemon's log";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
    })
}

async fn audited(shared: Arc<Shared>, entry: Entry, request: Request, next: Next) -> Response {
    let write = shared.writes.fetch_add(1, Ordering::Relaxed);
    let asked = Entry { write, phase: "asked".to_owned(), ..entry.clone() };
    if let Err(problem) = record(&shared, asked).await {
        return problem.into_response();
    }
    let response = next.run(request).await;
    let note = response.extensions().get::<Note>().cloned().unwrap_or_default();
    let done = Entry {
        write,
        phase: "done".to_owned(),
        status: response.status().as_u16(),
        outcome: note.outcome,
        reason: note.reason,
        ..entry
    };
    // It is done already; that it could not be written down is in the daemon's log.
    let _ = record(&shared, done).await;
    response
}

async fn record(shared: &Arc<Shared>, entry: Entry) -> Result<(), Problem> {
    let shared = Arc::clone(shared);
    let written = tokio::task::spawn_blocking(move || shared.audit.write(entry)).await;
    let error = match written {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(error, "the audit log cannot be written");
    let detail = "the audit log cannot be written, so nothing is changed; look at the disk";
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail))
}

/// Who calls: a token counts more than a session, and that more than a certificate.
async fn identify(shared: &Shared, peer: &Peer, head: &Parts) -> Result<Actor, Problem> {
    let headers = &head.headers;
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(bearer);
        let token = token.ok_or_else(|| {
            Problem::new(StatusCode::UNAUTHORIZED, "write `Authorization: Bearer TOKEN`")
        })?;
        return match shared.identities.by_token(token, peer.address.ip()).await {
            Ok(actor) => Ok(actor),
            Err(NotLetIn::Unknown) => {
                tracing::warn!(address = %peer.address, "a token that is not known");
                Err(Problem::new(StatusCode::UNAUTHORIZED, "this token is not known"))
            }
            Err(NotLetIn::TooManyTries) => {
                let detail = "too many tokens were tried from this address; wait a minute";
                Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail))
            }
        };
    }
    if let Some(actor) = cookie(headers).and_then(|id| shared.identities.by_session(id)) {
        let safe = matches!(head.method, Method::GET | Method::HEAD);
        if !safe && !is_same_origin(head) {
            let detail = "a session writes only from the console's own pages";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        return Ok(actor);
    }
    peer.machine.clone().ok_or_else(|| {
        let detail = "show a token: Authorization: Bearer TOKEN; `headend token` makes one";
        Problem::new(StatusCode::UNAUTHORIZED, detail)
    })
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What the cookie of a session holds.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).map(str::trim);
    pairs.filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == COOKIE).map(|p| p.1)
}

/// The browser says that a page of this very host sent the request.
fn is_same_origin(head: &Parts) -> bool {
    let text = |name: HeaderName| head.headers.get(name).and_then(|v| v.to_str().ok());
    let host = text(header::HOST).or(head.uri.authority().map(|a| a.as_str()));
    let origin = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("https://"));
    origin.is_some() && origin == host
}
