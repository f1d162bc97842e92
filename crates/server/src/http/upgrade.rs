//! The opening handshake of WebSockets (RFC 6455, section 4.2), on any path.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use miso_signal::{ConnectionParams, Refusal, negotiate_subprotocol};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::counters::Count;
use crate::room::EnterError;
use crate::session;

use super::{App, Guard};

/// How long the client's side of the connection may take to be handed over after the answer.
const HANDOVER_TIMEOUT: Duration = Duration::from_secs(10);
/// Where protoo's server gives the reason of a refusal.
const REASON: HeaderName = HeaderName::from_static("x-websocket-reject-reason");

/// Why a WebSocket is not opened.
#[derive(Debug)]
enum Rejection {
    /// The request is no proper handshake.
    Handshake(StatusCode),
    /// It does not say what it must.
    Refused(Refusal),
    /// The room does not take the peer.
    NotEntered(EnterError),
}

/// Opens a WebSocket where the request asks for one.
pub(super) async fn websockets(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    if !lists(request.headers(), &header::UPGRADE, "websocket") {
        return next.run(request).await;
    }
    app.counters().add(Count::HttpRequest);
    open(&app, request).await.unwrap_or_else(|rejection| {
        app.counters().add(Count::SessionRefused);
        refuse(&rejection)
    })
}

async fn open(app: &Arc<App>, request: Request) -> Result<Response, Rejection> {
    let (mut parts, _) = request.into_parts();
    let accept = accept_key(&parts)?;
    let offered = joined(&parts.headers, &header::SEC_WEBSOCKET_PROTOCOL);
    let protocol = negotiate_subprotocol(offered.as_deref()).map_err(Rejection::Refused)?;
    let protocol = HeaderValue::from_str(protocol);
    let protocol = protocol.map_err(|_| Rejection::Handshake(StatusCode::BAD_REQUEST))?;
    let query = parts.uri.query().unwrap_or_default();
    let params = ConnectionParams::from_query(query).map_err(Rejection::Refused)?;
    let upgrade = parts.extensions.remove::<hyper::upgrade::OnUpgrade>();
    let upgrade = upgrade.ok_or(Rejection::Handshake(StatusCode::BAD_REQUEST))?;
    let guard = parts.extensions.remove::<Guard>();
    let (seat, outbox, queued) = app
        .registry
        .enter(params)
        .await
        .map_err(Rejection::NotEntered)?;
    let (options, counters) = (app.session.clone(), app.counters().clone());
    app.sessions.spawn(async move {
        let _guard = guard;
        if let Ok(Ok(upgraded)) = timeout(HANDOVER_TIMEOUT, upgrade).await {
            session::run(
                TokioIo::new(upgraded),
                (seat, outbox),
                queued,
                options,
                counters,
            )
            .await;
        }
    });
    Ok(switching(accept, protocol))
}

fn switching(accept: HeaderValue, protocol: HeaderValue) -> Response {
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
        (header::SEC_WEBSOCKET_PROTOCOL, protocol),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
}

fn refuse(rejection: &Rejection) -> Response {
    let (status, reason) = match rejection {
        Rejection::Handshake(status) => (*status, "invalid WebSocket handshake".to_owned()),
        Rejection::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.status());
            (
                status.unwrap_or(StatusCode::BAD_REQUEST),
                refusal.to_string(),
            )
        }
        Rejection::NotEntered(EnterError::Failed) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            EnterError::Failed.to_string(),
        ),
        Rejection::NotEntered(error @ EnterError::IdTaken) => {
            (StatusCode::CONFLICT, error.to_string())
        }
        Rejection::NotEntered(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    if status == StatusCode::UPGRADE_REQUIRED {
        headers.insert(
            header::SEC_WEBSOCKET_VERSION,
            HeaderValue::from_static("13"),
        );
    }
    if let Ok(reason) = HeaderValue::from_str(&reason) {
        headers.insert(REASON, reason);
    }
    (status, headers, Body::empty()).into_response()
}

/// What proves that the server understood the handshake.
fn accept_key(parts: &Parts) -> Result<HeaderValue, Rejection> {
    let is_proper =
        parts.method == Method::GET && lists(&parts.headers, &header::CONNECTION, "upgrade");
    let key = parts
        .headers
        .get(header::SEC_WEBSOCKET_KEY)
        .filter(|_| is_proper);
    let key = key.ok_or(Rejection::Handshake(StatusCode::BAD_REQUEST))?;
    let version = parts.headers.get(header::SEC_WEBSOCKET_VERSION);
    if version.is_none_or(|version| version.as_bytes() != b"13") {
        return Err(Rejection::Handshake(StatusCode::UPGRADE_REQUIRED));
    }
    HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| Rejection::Handshake(StatusCode::BAD_REQUEST))
}

/// A header's values as one list.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Whether a header's list has an item, in upper or lower case.
fn lists(headers: &HeaderMap, name: &HeaderName, item: &str) -> bool {
    let list = joined(headers, name).unwrap_or_default();
    list.split(',')
        .any(|it| it.trim().eq_ignore_ascii_case(item))
}
