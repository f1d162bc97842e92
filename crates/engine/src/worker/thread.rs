//! A worker's thread: starting it, and starting its core again after a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use miso_netio::InterfaceAddress;
use miso_secure::DtlsContext;
use miso_sfu::{Worker, WorkerConfig};
use rand::TryRngCore;
use rand::rngs::OsRng;
use tokio::sync::oneshot;

use super::io::Io;
use super::job::Job;
use super::routes::Routes;
use super::sockets::Sockets;
use super::turn::{Ending, Turn};
use super::{WorkerInfo, WorkerShared};
use crate::error::StartError;
use crate::listen::{Announcement, listen_infos};
use crate::options::EngineOptions;

/// A stranger may be able to trigger a bug, so deaths are logged at most once in this time; all are counted.
const DEATH_LOG_INTERVAL: Duration = Duration::from_secs(60);

/// What a worker is started with.
#[derive(Clone, Debug)]
pub(crate) struct WorkerSetup<'a> {
    /// Of the engine.
    pub(crate) options: &'a EngineOptions,
    /// Index of the worker.
    pub(crate) index: usize,
    /// The addresses of this machine.
    pub(crate) interfaces: &'a [InterfaceAddress],
    /// Certificate and settings of all DTLS endpoints.
    pub(crate) dtls: DtlsContext,
    /// Where timestamps of statistics count from.
    pub(crate) epoch: Instant,
}

/// A running worker.
#[derive(Debug)]
pub(crate) struct Spawned {
    /// For everybody who asks it something.
    pub(crate) shared: Arc<WorkerShared>,
    /// Its thread.
    pub(crate) thread: JoinHandle<()>,
    /// Ends when the thread does.
    pub(crate) ended: oneshot::Receiver<()>,
}

/// Opens a worker's ports and starts its thread.
///
/// # Errors
/// When a port cannot be opened, or the system has no more threads or descriptors.
pub(crate) fn spawn(setup: WorkerSetup<'_>) -> Result<Spawned, StartError> {
    let options = setup.options;
    let sockets = Sockets::open(options, setup.index)?;
    let info = WorkerInfo {
        index: setup.index,
        udp: sockets.udp_addresses(),
        tcp: sockets.tcp_addresses(),
    };
    let announcement = Announcement {
        address: options.announced_address.as_deref(),
        expose_internal_ip: options.expose_internal_ip,
    };
    let listen = listen_infos((&info.udp, &info.tcp), setup.interfaces, announcement);
    let io = Io::new(sockets).map_err(StartError::Thread)?;
    let (mailbox, jobs) = mpsc::channel();
    let shared = Arc::new(WorkerShared {
        info,
        listen,
        mailbox,
        waker: io.poller.waker(),
        routes: Mutex::new(Routes::default()),
        epoch: setup.epoch,
    });
    let host = Host {
        shared: Arc::clone(&shared),
        jobs,
        dtls: setup.dtls,
        requests: 0,
        wake_ups: 0,
        panics: 0,
        death_logged: None,
    };
    let (end, ended) = oneshot::channel();
    let run = move || {
        host.run(io);
        // The receiver may be gone: nobody waits for the end then.
        let _nobody = end.send(());
    };
    let name = format!("miso-worker-{}", setup.index);
    let thread = Builder::new()
        .name(name)
        .spawn(run)
        .map_err(StartError::Thread)?;
    Ok(Spawned {
        shared,
        thread,
        ended,
    })
}

/// What outlives a core on a worker's thread.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) shared: Arc<WorkerShared>,
    pub(super) jobs: mpsc::Receiver<Job>,
    dtls: DtlsContext,
    /// Requests carried out.
    pub(super) requests: u64,
    /// Times that the thread woke up.
    pub(super) wake_ups: u64,
    /// Cores lost to bugs.
    pub(super) panics: u64,
    /// When the last such loss was logged.
    death_logged: Option<Instant>,
}

impl Host {
    /// Runs cores, one after the other, until told to stop.
    fn run(mut self, mut io: Io) {
        let index = self.shared.info.index;
        loop {
            // After a panic nothing of the core is used again, and `io` is reset.
            let outcome = catch_unwind(AssertUnwindSafe(|| self.serve(&mut io)));
            match outcome {
                Ok(Ok(Ending::Stopped)) => return,
                Ok(Ok(Ending::Lost(error))) => {
                    tracing::error!(worker = index, %error, "worker lost its sockets and ends");
                    self.kill_routers();
                    return;
                }
                Ok(Err(error)) => {
                    tracing::error!(worker = index, %error, "no random numbers, worker ends");
                    self.kill_routers();
                    return;
                }
                Err(_) => self.recover(&mut io),
            }
        }
    }

    fn serve(&mut self, io: &mut Io) -> Result<Ending, rand::rand_core::OsError> {
        let mut seed = [0; 32];
        OsRng.try_fill_bytes(&mut seed)?;
        let core = Worker::new(WorkerConfig {
            dtls: self.dtls.clone(),
            seed,
            unix_time_at_start: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            start: Instant::now(),
        });
        Ok(Turn::new(core, io, self).run())
    }

    fn recover(&mut self, io: &mut Io) {
        self.panics += 1;
        io.reset();
        let now = Instant::now();
        let quiet = self
            .death_logged
            .is_some_and(|at| now - at < DEATH_LOG_INTERVAL);
        if !quiet {
            self.death_logged = Some(now);
            let worker = self.shared.info.index;
            let panics = self.panics;
            tracing::error!(
                worker,
                panics,
                "worker panicked; its routers are closed, it starts again"
            );
        }
        self.kill_routers();
    }

    fn kill_routers(&self) {
        for router in self.shared.routers() {
            router.worker_died();
        }
    }
}
