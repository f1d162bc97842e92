//! Starting and stopping the server.

mod addresses;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use miso_engine::{
    Certificate, Engine, EngineOptions, OrtcError, RouterRtpCodecCapability,
    router_rtp_capabilities,
};
use miso_signal::api::RoomCapabilities;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::certificate::{self, CertificateError};
use crate::config::{Config, Listen, MediaConfig};
use crate::counters::Counters;
use crate::http::{self, Api, App, Listener, ListenerOptions};
use crate::registry::Registry;
use crate::room::{self, RoomContext};
use crate::session::SessionOptions;

use addresses::Addresses;

/// How long sessions and connections may take to end when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(6);
/// Events that may wait for a room's task.
const EVENT_QUEUE: usize = 4_096;

/// Why the server did not start. Each text is one sentence for the person who started it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The system does not let programs run threads, or wait for signals.
    #[error("cannot start: {0}")]
    Runtime(#[source] io::Error),
    /// A port cannot be opened.
    #[error("cannot listen on {address} for {what}: {}", cause(source))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What for.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Neither listener is wanted.
    #[error("both listeners are off; nobody could connect")]
    NoListener,
    /// No certificate for TLS.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// No certificate for DTLS.
    #[error("cannot use the DTLS certificate: {0}")]
    DtlsCertificate(#[from] miso_engine::CertificateError),
    /// A file of it cannot be read.
    #[error("cannot read the DTLS certificate file {}: {source}", path.display())]
    DtlsFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine did not start.
    #[error("{0}")]
    Engine(#[from] miso_engine::StartError),
    /// The list of codecs has one that is not supported, by a bug.
    #[error("the list of codecs is wrong: {0}")]
    Unsupported(#[source] OrtcError),
    /// The list of codecs is wrong, by a bug.
    #[error("the list of codecs is wrong: {0}")]
    Codecs(#[source] serde_json::Error),
}

/// In words that tell what can be done about it.
fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "the port is taken by another program".to_owned(),
        io::ErrorKind::AddrNotAvailable => {
            "no interface of this machine has that address".to_owned()
        }
        io::ErrorKind::PermissionDenied => "this user may not open that port".to_owned(),
        _ => error.to_string(),
    }
}

/// Serves until the process is told to stop.
///
/// # Errors
/// [`StartError`]; after the start nothing ends it but a signal.
pub(crate) fn run(config: Config, ready_json: bool) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(StartError::Runtime)?;
    runtime.block_on(async {
        let signals = Signals::new().map_err(StartError::Runtime)?;
        allow_many_files();
        let server = Server::start(&config).await?;
        announce(&server.addresses, ready_json);
        signals.wait().await;
        server.stop().await;
        Ok(())
    })
}

/// Each connection is a file to the system, which often allows a program a thousand unless it asks for more.
fn allow_many_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let limit = Rlimit {
            current: maximum,
            maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::debug!(%error, "the limit of open files stays");
        }
    }
}

fn announce(addresses: &Addresses, ready_json: bool) {
    let text = if ready_json {
        addresses.json()
    } else {
        addresses.lines()
    };
    // Whoever reads may have gone; the server serves all the same.
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// A server at work.
struct Server {
    addresses: Addresses,
    app: Arc<App>,
    listeners: ListenerOptions,
}

impl Server {
    async fn start(config: &Config) -> Result<Self, StartError> {
        let names = addresses::names(config);
        let bound = bind(config, &names).await?;
        let engine = Engine::start(engine_options(&config.media)?).await?;
        let addresses = Addresses::new(config, &bound, engine.workers());
        let counters = Arc::new(Counters::default());
        let context = Arc::new(RoomContext {
            engine,
            codecs: room::media_codecs().map_err(StartError::Codecs)?,
            media: config.media.clone(),
            limits: config.limits.clone(),
            broadcasters: config.broadcasters.times(),
            join_within: config.web.join_within.duration(),
            plain: addresses::plain(&config.media),
            counters: counters.clone(),
        });
        let capabilities = room_capabilities(&context.codecs)?;
        let app = Arc::new(App {
            api: Api::new(config.broadcasters.clone(), capabilities),
            registry: Registry::new(context.clone()),
            context,
            session: session_options(config),
            sessions: TaskTracker::new(),
        });
        let listeners = ListenerOptions {
            timeout: config.web.http_timeout.duration(),
            connections: Arc::new(Semaphore::new(config.limits.max_connections)),
            handshakes: Arc::new(Semaphore::new(config.limits.max_handshakes)),
            counters,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let router = http::router(app.clone());
        for listener in [bound.https, bound.http].into_iter().flatten() {
            tokio::spawn(listener.serve(router.clone(), listeners.clone()));
        }
        Ok(Self {
            addresses,
            app,
            listeners,
        })
    }

    /// Ends everything in order: no new connections, rooms, sessions, engine.
    async fn stop(self) {
        let Self { app, listeners, .. } = self;
        tracing::info!("stopping");
        listeners.stop.cancel();
        let end = async {
            app.registry.close().await;
            app.sessions.close();
            app.sessions.wait().await;
            listeners.tasks.close();
            listeners.tasks.wait().await;
        };
        if timeout(STOP_TIMEOUT, end).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        // If a task is left that holds it, the engine ends with the process.
        let context = Arc::into_inner(app).map(|app| app.context);
        if let Some(context) = context.and_then(Arc::into_inner) {
            context.engine.close().await;
        }
    }
}

/// The listeners that are open.
pub(crate) struct Bound {
    https: Option<Listener>,
    http: Option<Listener>,
}

async fn bind(config: &Config, names: &[String]) -> Result<Bound, StartError> {
    let web = &config.web;
    if (web.https_listen, web.http_listen) == (Listen::Off, Listen::Off) {
        return Err(StartError::NoListener);
    }
    let open = async |listen, what, tls| match listen {
        Listen::Off => Ok(None),
        Listen::At(address) => match Listener::bind(address, tls).await {
            Ok(listener) => Ok(Some(listener)),
            Err(source) => Err(StartError::Listen {
                address,
                what,
                source,
            }),
        },
    };
    let tls = match web.https_listen {
        Listen::Off => None,
        Listen::At(_) => Some(certificate::tls(
            web.key_pair.as_ref(),
            &web.data_dir,
            names,
        )?),
    };
    Ok(Bound {
        https: open(web.https_listen, "HTTPS", tls).await?,
        http: open(web.http_listen, "HTTP", None).await?,
    })
}

fn engine_options(media: &MediaConfig) -> Result<EngineOptions, StartError> {
    let certificate = match media.dtls_files() {
        Some((certificate, key)) => Certificate::from_pem(&read(certificate)?, &read(key)?)?,
        None => Certificate::generate(SystemTime::now())?,
    };
    Ok(EngineOptions {
        workers: media.workers,
        listen_ips: media.media_ip.0.clone(),
        announced_address: media.announced_address.clone(),
        expose_internal_ip: media.expose_internal_ip,
        base_port: media.media_port,
        event_queue: EVENT_QUEUE,
        ..EngineOptions::new(certificate)
    })
}

/// What every room can forward.
fn room_capabilities(codecs: &[RouterRtpCodecCapability]) -> Result<RoomCapabilities, StartError> {
    let bare = router_rtp_capabilities(codecs).map_err(StartError::Unsupported)?;
    Ok(RoomCapabilities {
        router_rtp_capabilities: bare.clone(),
        bare,
    })
}

fn read(path: PathBuf) -> Result<String, StartError> {
    std::fs::read_to_string(&path).map_err(|source| StartError::DtlsFile { path, source })
}

fn session_options(config: &Config) -> SessionOptions {
    SessionOptions {
        ping_after: config.web.ping_after.duration(),
        pong_within: config.web.pong_within.duration(),
        answer_within: config.web.answer_within.duration(),
        rate: config.limits.max_messages_per_second,
        burst: config.limits.max_message_burst,
    }
}

/// The signals that stop the server. They are caught before it starts, so that none is lost.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
