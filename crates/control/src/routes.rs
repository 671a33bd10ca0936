//! The one list of calls: what they are, who may make them, and whether they change something.

use crate::calls::{audit, events, health, library, onair, plan, reload, session};
use crate::console;
use crate::guard::{self, Gate};
use crate::problem::Problem;
use crate::role::Role;
use crate::server::Shared;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

/// Bytes of a request's body where nothing else is said.
const BODY_BYTES: usize = 64 * 1024;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody who reaches the listener.
    Anyone,
    /// Those who have this role, or one behind it.
    From(Role),
}

/// A call as it is known outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `DELETE`.
    pub method: &'static str,
    /// Its path.
    pub path: String,
    /// Who may make it.
    pub access: Access,
    /// It changes something, and so it is written into the audit log.
    pub writes: bool,
}

struct Entry {
    access: Access,
    writes: bool,
    routes: UtoipaMethodRouter<Arc<Shared>>,
}

fn entries() -> Vec<Entry> {
    let open = |routes| Entry { access: Access::Anyone, writes: false, routes };
    let sees = |routes| Entry { access: Access::From(Role::Viewer), writes: false, routes };
    let from = |role, writes, routes| Entry { access: Access::From(role), writes, routes };
    vec![
        open(routes!(health::livez)),
        open(routes!(health::readyz)),
        open(routes!(health::openapi)),
        from(Role::Viewer, true, routes!(session::begin)),
        from(Role::Viewer, true, routes!(session::end)),
        sees(routes!(session::me)),
        sees(routes!(onair::onair)),
        sees(routes!(onair::bundles)),
        sees(routes!(onair::multiplexes)),
        sees(routes!(events::events)),
        sees(routes!(plan::plan)),
        sees(routes!(plan::week)),
        sees(routes!(library::search)),
        sees(routes!(library::asset)),
        from(Role::Scheduler, false, routes!(plan::check)),
        from(Role::Operator, true, routes!(reload::reload)),
        from(Role::Administrator, false, routes!(audit::newest)),
    ]
}

/// All calls.
pub fn table() -> Vec<Call> {
    let calls = entries().into_iter().flat_map(|entry| {
        let (access, writes) = (entry.access, entry.writes);
        entry.routes.1.paths.into_iter().flat_map(move |(path, mut item)| {
            let methods = operations(&mut item).into_iter().map(|(method, _)| method);
            let call = move |method| Call { method, path: path.clone(), access, writes };
            methods.map(call).collect::<Vec<_>>()
        })
    });
    calls.collect()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "headend control",
        description = "Calls of the control listener of a headend. Instants are RFC 3339."
    ),
    components(schemas(Problem))
)]
struct Document;

/// The OpenAPI document.
pub fn document() -> utoipa::openapi::OpenApi {
    parts(&mut |entry| entry.routes).1
}

/// The document as it is checked in and served.
pub fn document_json() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// What answers calls.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let (router, _) = parts(&mut |entry| {
        let Entry { access, writes, routes: (schemas, paths, methods) } = entry;
        let gate = Gate { shared: Arc::clone(shared), access, writes };
        (schemas, paths, methods.layer(from_fn_with_state(gate, guard::gate)))
    });
    console::routes(router)
        .method_not_allowed_fallback(|| async {
            let detail = "this call has other methods; see /openapi.json";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
        .fallback(|| async {
            Problem::new(StatusCode::NOT_FOUND, "there is no such call; see /openapi.json")
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(shared), guard::outer))
        .with_state(Arc::clone(shared))
}

fn parts(
    guarded: &mut dyn FnMut(Entry) -> UtoipaMethodRouter<Arc<Shared>>,
) -> (Router<Arc<Shared>>, utoipa::openapi::OpenApi) {
    let mut router = OpenApiRouter::with_openapi(Document::openapi());
    for mut entry in entries() {
        for item in entry.routes.1.paths.values_mut() {
            for (_, operation) in operations(item) {
                describe(operation, entry.access);
            }
        }
        router = router.routes(guarded(entry));
    }
    let (router, mut document) = router.split_for_parts();
    if let Some(components) = &mut document.components {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", scheme);
    }
    (router, document)
}

/// Says what all calls have in common: who may make them, and the answers that say no.
fn describe(operation: &mut Operation, access: Access) {
    let mut refusals = vec![
        ("400", "What was sent makes no sense."),
        ("429", "Too many calls from this address."),
        ("503", "It cannot be told or done now."),
    ];
    if let Access::From(role) = access {
        refusals.push(("401", "Nobody who is known."));
        refusals.push(("403", "Somebody who may not."));
        operation.security = Some(vec![SecurityRequirement::new("token", [""; 0])]);
        let extension = ExtensionsBuilder::new().add("x-role", role.as_str()).build();
        operation.extensions = Some(extension);
    }
    for (status, about) in refusals {
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new()
            .description(about)
            .content(crate::problem::PROBLEM_JSON, content)
            .build();
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response));
    }
}

fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, op)| Some((method, op.as_mut()?))).collect()
}
