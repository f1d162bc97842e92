//! Connections: accepted, counted, limited, with TLS or without.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use crate::counters::{Count, Counters};
use crate::logs::Gate;

use super::Guard;

/// Longest life of a connection that is no WebSocket. Shorter frees places sooner, longer lets slow links load more.
const MAX_LIFE: Duration = Duration::from_secs(300);
/// How long a response under way may take when the connection is to end.
const GRACE: Duration = Duration::from_secs(5);
/// Wait after accepting failed, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Bytes of a request's head.
const MAX_HEAD: usize = 16_384;
/// Header fields of a request.
const MAX_HEADERS: usize = 64;

/// What all listeners share.
#[derive(Clone, Debug)]
pub(crate) struct ListenerOptions {
    /// Time for a TLS handshake, for a request's head, and between two requests.
    pub(crate) timeout: Duration,
    /// Places for connections.
    pub(crate) connections: Arc<Semaphore>,
    /// Places for TLS handshakes.
    pub(crate) handshakes: Arc<Semaphore>,
    /// What is counted.
    pub(crate) counters: Arc<Counters>,
    /// When to stop.
    pub(crate) stop: CancellationToken,
    /// The connections' tasks.
    pub(crate) tasks: TaskTracker,
}

/// A port that is open.
pub(crate) struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Opens a port.
    ///
    /// # Errors
    /// The system's.
    pub(crate) async fn bind(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        Ok(Self {
            tcp: TcpListener::bind(address).await?,
            tls: tls.map(TlsAcceptor::from),
        })
    }

    /// Where it is open.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves connections until told to stop.
    pub(crate) async fn serve(self, router: Router, options: ListenerOptions) {
        let (refused, failed) = (Gate::new(), Gate::new());
        loop {
            let accepted = tokio::select! {
                accepted = self.tcp.accept() => accepted,
                () = options.stop.cancelled() => return,
            };
            let (stream, client) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if failed.opens() {
                        tracing::warn!(%error, "cannot accept connections");
                    }
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Ok(permit) = options.connections.clone().try_acquire_owned() else {
                options.counters.add(Count::ConnectionRefused);
                if refused.opens() {
                    tracing::warn!(
                        "connections are refused, there are too many (--max-connections)"
                    );
                }
                continue;
            };
            options.counters.add(Count::ConnectionOpened);
            let connection = Connection {
                router: router.clone(),
                guard: Guard::new(permit, client.ip()),
                options: options.clone(),
            };
            options
                .tasks
                .spawn(connection.serve(stream, self.tls.clone()));
        }
    }
}

/// A connection at work.
struct Connection {
    router: Router,
    guard: Guard,
    options: ListenerOptions,
}

impl Connection {
    async fn serve(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Signalling messages are small and waited for.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else {
            return self.serve_http(stream).await;
        };
        match self.shake_hands(stream, &tls).await {
            Some(stream) => self.serve_http(stream).await,
            None => self.options.counters.add(Count::HandshakeFailed),
        }
    }

    async fn shake_hands(
        &self,
        stream: TcpStream,
        tls: &TlsAcceptor,
    ) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
        let shake = async {
            let _place = self.options.handshakes.acquire().await;
            tls.accept(stream).await
        };
        timeout(self.options.timeout, shake).await.ok()?.ok()
    }

    async fn serve_http(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self {
            router,
            guard,
            options,
        } = self;
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(guard.clone());
            // A router is always ready.
            router.clone().call(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(options.timeout)
            .max_buf_size(MAX_HEAD)
            .max_headers(MAX_HEADERS)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        tokio::select! {
            // What a client breaks is its own affair.
            _ = connection.as_mut() => return,
            () = sleep(MAX_LIFE) => options.counters.add(Count::ConnectionExpired),
            () = options.stop.cancelled() => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = timeout(GRACE, connection).await;
    }
}
