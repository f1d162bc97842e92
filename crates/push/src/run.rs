//! All of it together: room, source, broadcasters, progress, and the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use miso_ortc::RtpCapabilities;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::api::Api;
use crate::args::PushArgs;
use crate::broadcaster::Broadcaster;
use crate::console::Console;
use crate::error::PushError;
use crate::http::{Connector, HttpClient};
use crate::input::Input;
use crate::link::{Setup, Shot};
use crate::pace::Pacer;
use crate::play::Stage;
use crate::prepare::Wish;
use crate::progress::{self, Snapshot};
use crate::source::{Source, SourceError};
use crate::status::{Outages, Played, Status, summary};
use crate::stop;

/// Frames that may wait for a broadcaster. More hides longer pauses of a link that is stuck; less keeps it fresh.
const QUEUE: usize = 64;
/// How often the line is renewed on a terminal.
const RENEW_EVERY: Duration = Duration::from_secs(1);
/// How often a line is written elsewhere, such as into a log.
const WRITE_EVERY: Duration = Duration::from_secs(5);

/// Everything that a push consists of.
struct Push {
    args: PushArgs,
    input: Input,
    api: Arc<Api>,
    room: Arc<RtpCapabilities>,
    console: Arc<Console>,
    key_frame_wanted: Arc<AtomicBool>,
}

/// Pushes until the source ends or the user stops it.
pub(crate) async fn run(args: PushArgs) -> Result<(), PushError> {
    // From here on Ctrl-C is an orderly end.
    let stop = stop::on_signal()?;
    let mut stopped = stop.subscribe();
    let prepared = async {
        let push = Push::new(args).await?;
        let source = push.prepare().await?;
        Ok::<_, PushError>((push, source))
    };
    let (push, source) = tokio::select! {
        prepared = prepared => prepared?,
        _ = stopped.wait_for(|stop| *stop) => return Ok(()),
    };
    push.play(source, stop).await
}

impl Push {
    async fn new(args: PushArgs) -> Result<Self, PushError> {
        let input = args.input()?;
        let connector = Connector::new(args.server.clone(), args.insecure);
        let api = Arc::new(Api::new(HttpClient::new(connector), &args.room));
        let room = Arc::new(api.capabilities().await?);
        Ok(Self {
            args,
            input,
            api,
            room,
            console: Arc::new(Console::new()),
            key_frame_wanted: Arc::default(),
        })
    }

    /// Opens the source, on a thread that may block.
    async fn prepare(&self) -> Result<Source, PushError> {
        let (args, input, room) = (
            self.args.clone(),
            self.input.clone(),
            Arc::clone(&self.room),
        );
        let key_frame_wanted = Arc::clone(&self.key_frame_wanted);
        let prepared = tokio::task::spawn_blocking(move || {
            let wish = Wish {
                args: &args,
                input: &input,
                room: &room,
                key_frame_wanted,
            };
            wish.prepare()
        });
        prepared
            .await
            .map_err(|error| SourceError::Thread(error.into()))?
    }

    async fn play(&self, source: Source, stop: watch::Sender<bool>) -> Result<(), PushError> {
        let count = self.args.peers;
        self.console.note(&format!("sending {}", source.title));
        let (ready, mut is_ready) = watch::channel(0);
        let mut band = Band {
            tasks: JoinSet::new(),
            outlets: Vec::new(),
            statuses: Vec::new(),
        };
        let outages = Arc::new(Outages::new(Arc::clone(&self.console)));
        let (streams, epoch) = (Arc::new(source.streams.clone()), Instant::now());
        for index in 0..count {
            let setup = Setup {
                api: Arc::clone(&self.api),
                id: format!("push-{:08x}", fastrand::u32(..)),
                room: Arc::clone(&self.room),
                streams: Arc::clone(&streams),
                epoch,
                key_frame_wanted: Arc::clone(&self.key_frame_wanted),
                transport: self.args.transport,
                srtp: self.args.srtp,
            };
            let name = self.args.display_name(&self.input, index);
            band.add((setup, name), (&outages, &ready), (count, stop.subscribe()));
        }
        let played = Arc::new(Played::default());
        let stage = Stage {
            pacer: Pacer::new(self.args.keeps_time(&self.input), source.begun_at),
            outlets: std::mem::take(&mut band.outlets),
            ready: is_ready.clone(),
            waits: self.input.waits(),
            played: Arc::clone(&played),
            console: Arc::clone(&self.console),
        };
        let all = usize::from(count);
        let playing = async {
            // When they all have ended, the caller knows why.
            let _ = is_ready.wait_for(|ready| *ready >= all).await;
            self.console.note(&self.welcome());
            stage.play(source.start()?).await
        };
        let result = band
            .until_done(playing, self.report(&band.statuses.clone(), &played))
            .await;
        stop.send_replace(true);
        let left = band.leave().await;
        result.and(left)
    }

    fn welcome(&self) -> String {
        let (room, server) = (&self.args.room, &self.args.server);
        match self.args.peers {
            1 => format!("in room \"{room}\" at {server}; Ctrl-C ends it"),
            peers => format!("{peers} broadcasters in room \"{room}\" at {server}; Ctrl-C ends it"),
        }
    }

    /// Writes the progress line, for ever.
    async fn report(&self, statuses: &[Arc<Status>], played: &Played) {
        let begin = Instant::now();
        let mut before = Snapshot::default();
        let every = if self.console.is_terminal() {
            RENEW_EVERY
        } else {
            WRITE_EVERY
        };
        loop {
            tokio::time::sleep(every).await;
            let now = Snapshot {
                time: begin.elapsed(),
                summary: summary(statuses),
                pictures: played.pictures.load(Ordering::Relaxed),
                peers: self.args.peers,
            };
            self.console.progress(&progress::line(&before, &now));
            before = now;
        }
    }
}

/// All broadcasters.
struct Band {
    tasks: JoinSet<Result<(), PushError>>,
    outlets: Vec<mpsc::Sender<Arc<Shot>>>,
    statuses: Vec<Arc<Status>>,
}

impl Band {
    fn add(
        &mut self,
        (setup, name): (Setup, String),
        (outages, ready): (&Arc<Outages>, &watch::Sender<usize>),
        (peers, stop): (u16, watch::Receiver<bool>),
    ) {
        let (outlet, frames) = mpsc::channel(QUEUE);
        let status = Arc::new(Status::default());
        let broadcaster = Broadcaster {
            setup,
            name,
            frames,
            status: Arc::clone(&status),
            outages: Arc::clone(outages),
            ready: ready.clone(),
            peers,
        };
        self.tasks.spawn(broadcaster.run(stop));
        self.outlets.push(outlet);
        self.statuses.push(status);
    }

    /// Waits until all was played and sent, a broadcaster fails, or all were stopped.
    async fn until_done(
        &mut self,
        playing: impl Future<Output = Result<(), PushError>>,
        report: impl Future<Output = ()>,
    ) -> Result<(), PushError> {
        tokio::pin!(playing, report);
        let mut is_playing = true;
        loop {
            tokio::select! {
                result = &mut playing, if is_playing => {
                    result?;
                    is_playing = false;
                }
                ended = self.tasks.join_next() => match ended {
                    Some(ended) => flatten(ended)?,
                    None => return Ok(()),
                },
                () = &mut report => {}
            }
        }
    }

    /// Waits until all have left.
    async fn leave(&mut self) -> Result<(), PushError> {
        let mut result = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            result = result.and(flatten(ended));
        }
        result
    }
}

fn flatten(ended: Result<Result<(), PushError>, tokio::task::JoinError>) -> Result<(), PushError> {
    ended.unwrap_or_else(|error| Err(PushError::Transport(error.to_string())))
}
