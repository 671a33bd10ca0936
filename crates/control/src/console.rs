//! The console: pages that are built into the program. They hold no data and are shown to
//! everybody; what they show they ask for, like any other program.

use crate::server::Shared;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
use std::sync::Arc;

/// Only what comes from this listener, and no script or style within a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

const FILES: &[(&str, &str, &str)] = &[
    ("/", "text/html; charset=utf-8", include_str!("console/index.html")),
    ("/console.css", "text/css; charset=utf-8", include_str!("console/console.css")),
    ("/console.js", "text/javascript; charset=utf-8", include_str!("console/console.js")),
    ("/words.js", "text/javascript; charset=utf-8", include_str!("console/words.js")),
    ("/icon.svg", "image/svg+xml", include_str!("console/icon.svg")),
];

/// Adds the console.
pub(crate) fn routes(router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    FILES.iter().fold(router, |router, &(path, kind, text)| {
        let file = move || async move {
            let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY)];
            (headers, text).into_response()
        };
        router.route(path, get(file))
    })
}

/// The policy of a page that brings its own style: exactly that one, and nothing else.
pub(crate) fn page_policy(page: &str) -> String {
    let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let digest = style.map(|(style, _)| {
        BASE64_STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()))
    });
    let style = digest.map_or("'none'".to_owned(), |digest| format!("'sha256-{digest}'"));
    format!("default-src 'none'; style-src {style}; base-uri 'none'; frame-ancestors 'none'")
}
