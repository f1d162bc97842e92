//! What holds for every connection, request and response.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use miso_signal::api::ApiError;
use tokio::sync::OwnedSemaphorePermit;

use crate::counters::Count;

use super::App;
use super::api::refuse;

/// A connection's place among all that may be open, and who it is of. Requests carry it, so that a WebSocket keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    _permit: Arc<OwnedSemaphorePermit>,
    client: IpAddr,
}

impl Guard {
    /// A connection's place.
    pub(crate) fn new(permit: OwnedSemaphorePermit, client: IpAddr) -> Self {
        Self {
            _permit: Arc::new(permit),
            client: client.to_canonical(),
        }
    }

    /// Where the client connected from.
    pub(crate) const fn client(&self) -> IpAddr {
        self.client
    }
}

/// What browsers are to refuse, even if a hostile name found its way into a page.
const POLICY: &str = "default-src 'self'; connect-src 'self' wss: ws:; img-src 'self' data: blob:; \
    media-src 'self' blob:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self)",
    ),
];

/// Adds to every response what browsers are to refuse.
pub(super) async fn headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses long bodies by what they say of themselves; others are cut where they are read.
pub(super) async fn bodies(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    app.counters().add(Count::HttpRequest);
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > app.context.limits.max_body_bytes) {
        app.counters().add(Count::BodyTooLong);
        return refuse(&ApiError::BodyTooLong(app.context.limits.max_body_bytes));
    }
    next.run(request).await
}
