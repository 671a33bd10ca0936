//! Server-sent events: the picture of what is on air, whenever it is made anew.

use crate::problem::Problem;
use crate::server::Shared;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::channel::Channel;
use std::sync::Arc;
use std::time::Duration;

/// How long nothing is sent at most, so that both ends know that the other is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Events named `live`, each with a picture of what is on air, once a second.
#[utoipa::path(get, path = "/v1/events", responses(
    (status = 200, body = crate::model::Live, content_type = "text/event-stream")
))]
pub async fn events(State(shared): State<Arc<Shared>>) -> Result<Response, Problem> {
    let Ok(place) = Arc::clone(&shared.streams).try_acquire_owned() else {
        let detail = "too many streams of events; close one";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    };
    let mut live = shared.line.live.clone();
    live.mark_changed();
    // One event waits at most: who reads slowly misses pictures, and costs no memory.
    let (mut sender, body) = Channel::<Bytes>::new(1);
    tokio::spawn(async move {
        let _place = place;
        loop {
            let event = match tokio::time::timeout(KEEP_ALIVE, live.changed()).await {
                Ok(Ok(())) => {
                    let picture = Arc::clone(&live.borrow_and_update().live);
                    let Ok(json) = serde_json::to_string(&*picture) else { break };
                    format!("event: live\ndata: {json}\n\n")
                }
                Ok(Err(_)) => break,
                Err(_) => ":\n\n".to_owned(),
            };
            if sender.send_data(Bytes::from(event)).await.is_err() {
                break;
            }
        }
    });
    let mut response = Response::new(Body::new(body));
    let kind = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
