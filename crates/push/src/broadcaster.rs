//! The life of one broadcaster: enters the room, sends, comes back after breaks, leaves.

mod backoff;

use std::sync::Arc;
use std::time::Duration;

use miso_ortc::MediaKind;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::error::PushError;
use crate::link::{Link, Setup, Shot};
use crate::status::{Outages, Status};

use backoff::Backoff;

/// How often the link's figures are taken.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often the server is asked how others receive it. Less is fresher; more is less work for the server.
const ASK_EVERY: Duration = Duration::from_millis(1_900);
/// Unanswered questions in a row after which the server counts as gone. More waits longer before beginning anew; less
/// takes one lost answer for a restart.
const MAX_UNANSWERED: u32 = 2;
/// How long the last packets may take to be delivered before the broadcaster leaves.
const LINGER: Duration = Duration::from_millis(300);
/// How long leaving may take. Less leaves ghosts in rooms on slow links; more lets Ctrl-C hang.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);

/// One broadcaster.
pub(crate) struct Broadcaster {
    pub(crate) setup: Setup,
    /// What others see.
    pub(crate) name: String,
    pub(crate) frames: mpsc::Receiver<Arc<Shot>>,
    pub(crate) status: Arc<Status>,
    pub(crate) outages: Arc<Outages>,
    /// How many broadcasters can send at present.
    pub(crate) ready: watch::Sender<usize>,
    /// How many broadcasters there are.
    pub(crate) peers: u16,
}

/// Counts a broadcaster as ready while it lives.
struct Ready(watch::Sender<usize>);

impl Ready {
    fn new(ready: &watch::Sender<usize>) -> Self {
        ready.send_modify(|count| *count += 1);
        Self(ready.clone())
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Broadcaster {
    /// Runs until the frames end, `stop` is set, or it fails for good. Always leaves the room.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), PushError> {
        let result = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => Ok(()),
            result = self.live() => result,
        };
        let left = timeout(LEAVE_WITHIN, self.setup.api.leave(&self.setup.id)).await;
        match (result, left) {
            (Ok(()), Ok(Err(error))) if !error.is_passing() => Err(error.into()),
            (result, _) => result,
        }
    }

    /// Sends until the frames end, and begins anew after breaks.
    async fn live(&mut self) -> Result<(), PushError> {
        let mut backoff = Backoff::new();
        let mut was_well = false;
        loop {
            match self.open().await {
                Ok(link) => {
                    if was_well {
                        self.outages.end();
                    }
                    (was_well, backoff) = (true, Backoff::new());
                    match self.send(link).await {
                        Err(error) if error.is_passing() => self.outages.begin(&error),
                        result => return result,
                    }
                }
                Err(error) if was_well && error.is_passing() => {}
                Err(error) => return Err(error),
            }
            self.status.broken();
            if self.frames.is_closed() {
                // The source ended meanwhile.
                return Ok(());
            }
            sleep(backoff.next(fastrand::f32())).await;
            // What is left of before is in the way.
            let _ = timeout(LEAVE_WITHIN, self.setup.api.leave(&self.setup.id)).await;
        }
    }

    async fn open(&mut self) -> Result<Link, PushError> {
        // Another server program may give other numbers.
        self.setup.room = Arc::new(self.setup.api.capabilities().await?);
        self.setup.api.enter(&self.setup.id, &self.name).await?;
        Link::open(&self.setup).await
    }

    /// Sends frames until they end, or the link breaks.
    async fn send(&mut self, mut link: Link) -> Result<(), PushError> {
        // What came while nobody could send it is late.
        while self.frames.try_recv().is_ok() {}
        let _ready = Ready::new(&self.ready);
        let (mut look_at, mut ask_at) = (Instant::now() + LOOK_EVERY, Instant::now());
        let (mut has_begun, mut unanswered) = (false, 0);
        loop {
            tokio::select! {
                shot = self.frames.recv() => {
                    let Some(shot) = shot else {
                        sleep(LINGER).await;
                        link.end().await;
                        return Ok(());
                    };
                    // Pictures before the first key frame show nothing.
                    has_begun |= shot.kind == MediaKind::Video && shot.is_key_frame;
                    if has_begun || shot.kind == MediaKind::Audio {
                        link.send(&shot).await?;
                    }
                }
                error = link.broken() => return Err(error),
                () = sleep_until(look_at) => {
                    look_at = Instant::now() + LOOK_EVERY;
                    self.status.sent(link.stats());
                    if Instant::now() < ask_at {
                        continue;
                    }
                    ask_at = Instant::now() + ASK_EVERY * u32::from(self.peers.div_ceil(10));
                    unanswered = match self.ask(&link).await {
                        Ok(()) => 0,
                        Err(PushError::Removed) => return Err(PushError::Removed),
                        Err(error) if unanswered + 1 >= MAX_UNANSWERED => return Err(error),
                        Err(_) => unanswered + 1,
                    };
                }
            }
        }
    }

    /// Asks how others receive it.
    async fn ask(&self, link: &Link) -> Result<(), PushError> {
        let mut receptions = Vec::new();
        for (kind, producer) in link.producers() {
            let found = self.setup.api.receptions(&self.setup.id, &producer).await;
            match found {
                Ok(found) => receptions.extend(found.into_iter().map(|it| (kind, it))),
                Err(error) if error.is_not_found() => return Err(PushError::Removed),
                Err(error) => return Err(error.into()),
            }
        }
        self.status.received(receptions);
        Ok(())
    }
}
