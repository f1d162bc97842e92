//! When a producer's peer is asked for a key frame: often enough to get one, seldom enough not to flood the encoder.
//!
//! mediasoup's rules (fact sheet 3.5).

#![deny(clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use miso_wire::Ssrc;

/// How long a request waits for its key frame before it is repeated once. Longer leaves pictures frozen after a lost
/// request, shorter repeats requests that are being answered.
const PENDING: Duration = Duration::from_millis(1_000);

/// Decides for each stream of a producer, named by its mapped SSRC, which wishes for a key frame become requests.
///
/// After every call that may cause one, [`poll_request`](Self::poll_request) is to be drained.
#[derive(Debug, Default)]
pub(crate) struct KeyFrameRequests {
    /// Least time between normal requests for one stream; zero for none.
    delay: Duration,
    /// Streams that were asked for lately. Few, so a list.
    streams: Vec<Stream>,
    /// Streams to be asked now.
    requests: Vec<Ssrc>,
}

/// What is going on with one stream.
#[derive(Clone, Copy, Debug)]
struct Stream {
    /// Its mapped SSRC.
    ssrc: Ssrc,
    /// A request that was not answered yet.
    pending: Option<Pending>,
    /// The window in which no second request passes.
    quiet: Option<Quiet>,
}

/// An unanswered request.
#[derive(Clone, Copy, Debug)]
struct Pending {
    /// When its window ends.
    until: Instant,
    /// Whether it is repeated then.
    repeat: bool,
}

/// A window opened by a request while a delay is set.
#[derive(Clone, Copy, Debug)]
struct Quiet {
    /// When it ends.
    until: Instant,
    /// Whether another request was held back.
    wanted: bool,
}

impl KeyFrameRequests {
    /// Lets at most one normal request for each stream pass in `delay`; zero sets no limit.
    pub(crate) fn new(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// A consumer needs a key frame.
    pub(crate) fn need(&mut self, ssrc: Ssrc, now: Instant) {
        let delay = self.delay;
        if self.with_stream(ssrc, |stream| stream.need(delay, now)) {
            self.requests.push(ssrc);
        }
    }

    /// A key frame is needed whatever was requested before: new stream, resumed producer.
    pub(crate) fn force(&mut self, ssrc: Ssrc, now: Instant) {
        let delay = self.delay;
        self.with_stream(ssrc, |stream| {
            stream.quiet = Quiet::open(delay, now);
            stream.pending = Some(Pending {
                until: now + PENDING,
                repeat: true,
            });
        });
        self.requests.push(ssrc);
    }

    /// Whether a request for the stream is under way or held back.
    pub(crate) fn is_asked(&self, ssrc: Ssrc) -> bool {
        let mut streams = self.streams.iter();
        streams.any(|stream| stream.ssrc == ssrc)
    }

    /// A key frame arrived.
    pub(crate) fn received(&mut self, ssrc: Ssrc) {
        self.streams.retain_mut(|stream| {
            if stream.ssrc == ssrc {
                stream.pending = None;
            }
            stream.pending.is_some() || stream.quiet.is_some()
        });
    }

    /// Forgets everything: the producer was paused or closed.
    pub(crate) fn clear(&mut self) {
        self.streams.clear();
        self.requests.clear();
    }

    /// The next stream whose sender is to be asked now.
    pub(crate) fn poll_request(&mut self) -> Option<Ssrc> {
        self.requests.pop()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.streams.iter().flat_map(Stream::deadlines).min()
    }

    /// Repeats unanswered requests and lets held back ones pass.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let Self {
            delay,
            streams,
            requests,
        } = self;
        for stream in &mut *streams {
            let repeated = stream.repeat(now);
            // Both in one wake-up are one request: the second finds the first pending.
            if stream.end_quiet(*delay, now) || repeated {
                requests.push(stream.ssrc);
            }
        }
        streams.retain(|stream| stream.pending.is_some() || stream.quiet.is_some());
    }

    fn with_stream<T>(&mut self, ssrc: Ssrc, change: impl FnOnce(&mut Stream) -> T) -> T {
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == ssrc) {
            return change(stream);
        }
        let mut stream = Stream {
            ssrc,
            pending: None,
            quiet: None,
        };
        let result = change(&mut stream);
        self.streams.push(stream);
        result
    }
}

impl Stream {
    /// A normal wish; true when it becomes a request.
    fn need(&mut self, delay: Duration, now: Instant) -> bool {
        if let Some(quiet) = &mut self.quiet {
            quiet.wanted = true;
            return false;
        }
        self.quiet = Quiet::open(delay, now);
        if let Some(pending) = &mut self.pending {
            pending.repeat = true;
            return false;
        }
        self.pending = Some(Pending {
            until: now + PENDING,
            repeat: true,
        });
        true
    }

    /// Ends the window of an unanswered request; true when the request is repeated.
    fn repeat(&mut self, now: Instant) -> bool {
        let Some(over) = self.pending.filter(|pending| pending.until <= now) else {
            return false;
        };
        self.pending = over.repeat.then(|| Pending {
            until: now + PENDING,
            repeat: false,
        });
        over.repeat
    }

    /// Ends the quiet window; true when a wish that was held back in it becomes a request.
    fn end_quiet(&mut self, delay: Duration, now: Instant) -> bool {
        let Some(over) = self.quiet.filter(|quiet| quiet.until <= now) else {
            return false;
        };
        self.quiet = None;
        over.wanted && self.need(delay, now)
    }

    fn deadlines(&self) -> impl Iterator<Item = Instant> + use<> {
        let pending = self.pending.map(|pending| pending.until);
        pending
            .into_iter()
            .chain(self.quiet.map(|quiet| quiet.until))
    }
}

impl Quiet {
    fn open(delay: Duration, now: Instant) -> Option<Self> {
        (!delay.is_zero()).then(|| Self {
            until: now + delay,
            wanted: false,
        })
    }
}

#[cfg(test)]
mod tests;
