//! The HTTP API: for programs that come without a WebSocket. One list of endpoints makes both the routes and the
//! OpenAPI document, so that neither can say what the other does not.

mod call;
mod document;
mod endpoint;
mod endpoints;
mod path;

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use miso_signal::api::{ApiError, ErrorBody, RoomCapabilities};
use serde_json::Value;

use crate::config::BroadcasterConfig;
use crate::room::{ApiReply, ReplyBody};

use super::{App, Guard};
use call::{Call, Job, Targets};
use endpoint::Endpoint;
use path::Found;

/// The API, as it is set up.
#[derive(Debug)]
pub(crate) struct Api {
    endpoints: Vec<Endpoint>,
    /// Made when it is first asked for.
    document: OnceLock<Value>,
    settings: BroadcasterConfig,
    /// What a room can forward that nobody has opened yet: the same as any other.
    capabilities: RoomCapabilities,
}

impl Api {
    /// The API with these settings, for rooms with these capabilities.
    pub(crate) fn new(settings: BroadcasterConfig, capabilities: RoomCapabilities) -> Self {
        Self {
            endpoints: endpoints::all(settings.legacy_seed_api),
            document: OnceLock::new(),
            settings,
            capabilities,
        }
    }

    fn document(&self) -> &Value {
        self.document.get_or_init(|| document::of(&self.endpoints))
    }
}

/// Serves everything below `/rooms` and `/api`.
pub(super) async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    let result = answer(&app, request).await;
    result.unwrap_or_else(|error| refuse(&error))
}

async fn answer(app: &Arc<App>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    // What a server does for HEAD, it does for GET; the connection leaves the body out.
    let method = match parts.method {
        Method::HEAD => Method::GET,
        ref method => method.clone(),
    };
    let (endpoint, parameters) = match path::find(&app.api.endpoints, &method, parts.uri.path())? {
        Found::Endpoint(endpoint, parameters) => (endpoint, parameters),
        Found::OtherMethods(allowed) => return Err(ApiError::MethodNotAllowed(allowed)),
        Found::Nothing => {
            let asked = format!("{} {}", parts.method, parts.uri.path());
            return Err(ApiError::RouteNotFound(asked));
        }
    };
    let client = parts.extensions.get::<Guard>().map(Guard::client);
    let body = call::read(&parts.headers, body, app.context.limits.max_body_bytes).await?;
    let call = Call {
        parameters,
        query: parts.uri.query().unwrap_or_default(),
        body: &body,
        // Looking is never deleting: only GET itself is what the seed makes of it.
        targets: Targets::of(client, app.api.settings.plain_to_any),
        is_legacy: app.api.settings.legacy_seed_api && parts.method != Method::HEAD,
    };
    let reply = match (endpoint.parse)(&call)? {
        Job::Document => return Ok(Json(app.api.document()).into_response()),
        Job::Capabilities(room, request) => {
            let asked = app.registry.ask(room, false, request).await;
            match asked {
                Err(ApiError::RoomNotFound(_)) if !app.api.settings.strict_rooms => {
                    ApiReply::json(200, &app.api.capabilities)
                }
                asked => asked,
            }
        }
        Job::Room(room, request) => app.registry.ask(room, false, request).await,
        Job::OpenRoom(room, request) => {
            let may_open = !app.api.settings.strict_rooms;
            app.registry.ask(room, may_open, request).await
        }
    };
    Ok(accept(app, reply?, parts.uri.path()))
}

fn accept(app: &App, reply: ApiReply, path: &str) -> Response {
    let status = if app.api.settings.legacy_seed_api {
        StatusCode::OK
    } else {
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK)
    };
    let mut response = match reply.body {
        ReplyBody::Empty => (status, Body::empty()).into_response(),
        ReplyBody::Json(body) => (status, Json(body)).into_response(),
        ReplyBody::Text(text) => (status, text).into_response(),
        ReplyBody::Sdp(text) => {
            let content_type = [(header::CONTENT_TYPE, "application/sdp")];
            (status, content_type, text).into_response()
        }
    };
    let location = reply.made.map(|id| format!("{path}/{}", path::encode(&id)));
    let location = location.and_then(|it| HeaderValue::from_str(&it).ok());
    if let Some(location) = location.filter(|_| status == StatusCode::CREATED) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The answer that says why not.
pub(super) fn refuse(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body: ErrorBody = error.body();
    let mut response = (status, Json(body)).into_response();
    if let ApiError::MethodNotAllowed(allowed) = error
        && let Ok(allowed) = HeaderValue::from_str(allowed)
    {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    if matches!(error, ApiError::BodyTooLong(_)) {
        // What follows on this connection is the rest of the body.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}
