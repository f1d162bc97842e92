//! HTTP and WebSocket on all listeners: one router for all.

mod api;
mod assets;
mod guard;
mod listener;
mod metrics;
mod upgrade;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{any, get};
use miso_signal::api::ApiError;
use serde_json::json;
use tokio_util::task::TaskTracker;

use crate::counters::Counters;
use crate::registry::Registry;
use crate::room::RoomContext;
use crate::session::SessionOptions;

pub(crate) use api::Api;
pub(crate) use guard::Guard;
pub(crate) use listener::{Listener, ListenerOptions};

/// What the handlers work on.
#[derive(Debug)]
pub(crate) struct App {
    /// The rooms.
    pub(crate) registry: Arc<Registry>,
    /// The API over HTTP.
    pub(crate) api: Api,
    /// What they share.
    pub(crate) context: Arc<RoomContext>,
    /// How sessions behave.
    pub(crate) session: SessionOptions,
    /// The sessions' tasks.
    pub(crate) sessions: TaskTracker,
}

impl App {
    fn counters(&self) -> &Arc<Counters> {
        &self.context.counters
    }
}

/// What is served on every listener.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/health", get(async || Json(json!({ "status": "ok" }))))
        .route("/metrics", get(metrics::text))
        .route("/api", any(api::serve))
        .route("/api/{*rest}", any(api::serve))
        .route("/rooms", any(api::serve))
        .route("/rooms/{*rest}", any(api::serve))
        .fallback(file)
        .layer(middleware::from_fn_with_state(app.clone(), guard::bodies))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            upgrade::websockets,
        ))
        .layer(middleware::map_response(guard::headers))
        .with_state(app)
}

/// Programs get JSON.
async fn unknown(request: Request) -> Response {
    let asked = format!("{} {}", request.method(), request.uri().path());
    api::refuse(&ApiError::RouteNotFound(asked))
}

/// A file of the web app. A path that names none and looks like a page is the app itself.
async fn file(State(_): State<Arc<App>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return unknown(request).await;
    }
    let path = request.uri().path().trim_start_matches('/');
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    let found = assets::find(path).or_else(|| assets::find("index.html").filter(|_| is_page));
    let Some(asset) = found else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let mut headers = headers(asset);
    let known = request.headers().get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == asset.etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let Some(gzip) = asset.gzip.filter(|_| takes_gzip(request.headers())) else {
        return (headers, asset.bytes).into_response();
    };
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    (headers, gzip).into_response()
}

/// Whether a client takes gzip (RFC 9110, section 12.5.3). Weights but zero are of no account.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|list| list.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight
            .trim()
            .trim_start_matches("q=")
            .parse()
            .unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case("gzip") && weight > 0.0
    })
}

fn headers(asset: &assets::Asset) -> HeaderMap {
    let caching = if asset.is_immutable() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    HeaderMap::from_iter([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(asset.content_type()),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::ETAG, HeaderValue::from_static(asset.etag)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ])
}
