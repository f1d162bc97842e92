//! The engine: worker threads, and where new routers go.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use miso_netio::interface_addresses;
use miso_ortc::{RouterRtpCodecCapability, router_rtp_capabilities};
use miso_secure::DtlsContext;
use miso_sfu::command::{Command, Response};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::error::{RequestError, StartError, expect_answer};
use crate::event_queue::{EventQueue, RouterEvents};
use crate::metrics::WorkerMetrics;
use crate::options::EngineOptions;
use crate::router::{Router, RouterCore};
use crate::worker::{Job, Spawned, WorkerInfo, WorkerSetup, WorkerShared, spawn};

/// A running engine. When it is dropped, its workers stop and everything on them is closed.
#[derive(Debug)]
pub struct Engine {
    workers: Vec<Running>,
    /// Capacity of each router's event stream.
    event_queue: usize,
}

/// A worker and its thread.
#[derive(Debug)]
struct Running {
    shared: Arc<WorkerShared>,
    thread: JoinHandle<()>,
    ended: oneshot::Receiver<()>,
}

impl Engine {
    /// Opens the ports and starts the worker threads.
    ///
    /// # Errors
    /// When a port cannot be opened, or the system lacks threads or descriptors; nothing is left open then.
    #[expect(
        clippy::unused_async,
        reason = "starting may come to wait; callers need not change then"
    )]
    pub async fn start(options: EngineOptions) -> Result<Self, StartError> {
        if options.workers == 0 {
            return Err(StartError::NoWorkers);
        }
        let interfaces = interface_addresses().map_err(StartError::Interfaces)?;
        let dtls = DtlsContext::new(options.certificate.clone()).map_err(StartError::Dtls)?;
        let epoch = Instant::now();
        let mut engine = Self {
            workers: Vec::new(),
            event_queue: options.event_queue,
        };
        for index in 0..options.workers {
            let setup = WorkerSetup {
                options: &options,
                index,
                interfaces: &interfaces,
                dtls: dtls.clone(),
                epoch,
            };
            // On failure the workers before it stop, since the engine is dropped.
            let Spawned {
                shared,
                thread,
                ended,
            } = spawn(setup)?;
            engine.workers.push(Running {
                shared,
                thread,
                ended,
            });
        }
        Ok(engine)
    }

    /// Makes a router on the least loaded worker. All its events, and those of what it holds, come out of the stream.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] and [`RequestError::Type`] with mediasoup's texts for codecs that are not
    /// supported or contradict each other; [`RequestError::Closed`].
    pub async fn create_router(
        &self,
        media_codecs: Vec<RouterRtpCodecCapability>,
    ) -> Result<(Router, RouterEvents), RequestError> {
        let capabilities = router_rtp_capabilities(&media_codecs)?;
        let worker = self.least_loaded().ok_or(RequestError::Closed)?;
        let queue = Arc::new(EventQueue::new(self.event_queue));
        let core = Arc::new(RouterCore::new(
            capabilities,
            Arc::clone(worker),
            Arc::clone(&queue),
        ));
        let id = core.id;
        let finish = move |answer| {
            expect_answer!(answer, Response::Done => ())?;
            core.adopt();
            // If nobody waits any more, this goes, and the router with it.
            Ok((Router::new(core), RouterEvents::new(queue)))
        };
        worker.ask(Command::CreateRouter(id), finish).await
    }

    /// Where the workers listen.
    pub fn workers(&self) -> Vec<WorkerInfo> {
        self.workers
            .iter()
            .map(|worker| worker.shared.info.clone())
            .collect()
    }

    /// What the workers do and have done. Workers that are gone are left out.
    pub async fn metrics(&self) -> Vec<WorkerMetrics> {
        let mut all = Vec::with_capacity(self.workers.len());
        for worker in &self.workers {
            all.extend(worker.shared.metrics().await);
        }
        all
    }

    /// The inner state of the workers, as mediasoup's `worker.dump()` for each: `[{ index, routerIds, drops }]`.
    pub async fn dump(&self) -> Value {
        let mut all = Vec::with_capacity(self.workers.len());
        for worker in &self.workers {
            let finish = |answer| expect_answer!(answer, Response::WorkerDump(dump) => dump);
            let Ok(dump) = worker.shared.ask(Command::DumpWorker, finish).await else {
                continue;
            };
            let drops: serde_json::Map<String, Value> = dump
                .drops
                .iter()
                .map(|(cause, count)| ((*cause).to_owned(), (*count).into()))
                .collect();
            all.push(json!({
                "index": worker.shared.info.index,
                "routerIds": worker.shared.router_names(),
                "drops": drops,
            }));
        }
        Value::Array(all)
    }

    /// Closes all routers, whose streams of events end, then ends the worker threads and frees the ports.
    pub async fn close(mut self) {
        let workers = std::mem::take(&mut self.workers);
        for worker in &workers {
            worker.stop();
        }
        for worker in workers {
            // Either way the thread is at its end.
            let _ended = worker.ended.await;
            if worker.thread.join().is_err() {
                tracing::error!(
                    worker = worker.shared.info.index,
                    "worker thread panicked at its end"
                );
            }
        }
    }

    fn least_loaded(&self) -> Option<&Arc<WorkerShared>> {
        let alive = self
            .workers
            .iter()
            .filter(|worker| !worker.thread.is_finished());
        alive
            .map(|worker| &worker.shared)
            .min_by_key(|worker| worker.load())
    }

    /// Makes a worker panic, as a bug would.
    #[cfg(test)]
    pub(crate) fn poison(&self, index: usize) {
        self.workers[index].shared.submit(Job::Poison).unwrap();
    }
}

impl Running {
    fn stop(&self) {
        // Without a thread there is nothing to stop.
        let _gone = self.shared.submit(Job::Stop);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.stop();
        }
    }
}

#[cfg(test)]
mod tests;
