//! When a producer's peer is asked for a key frame: often enough to get one, seldom enough not to flood the encoder.
//!
//! mediasoup's rules (fact sheet 3.5), and a bound in time on top of them: whatever consumers wish, and however fast
//! their wishes are granted, requests stay within [`OF_STREAM`] and [`OF_PRODUCER`]. One that comes too early is not
//! forgotten: it goes out as soon as it may, unless a key frame comes first.

#![deny(clippy::indexing_slicing)]

mod pace;

use pace::{Bound, Pace};
use std::time::{Duration, Instant};

use miso_wire::Ssrc;

/// How long a request waits for its key frame before it is repeated once. Longer leaves pictures frozen after a lost
/// request, shorter repeats requests that are being answered.
const PENDING: Duration = Duration::from_millis(1_000);

/// Requests for one stream. Three in quick succession serve viewers who come one after another; a key frame each second
/// for ever is about what makes a picture visibly worse. Browsers pass over requests within 300 ms of the last one, and
/// what they pass over would be repeated only after [`PENDING`]: the gap keeps out of that time.
const OF_STREAM: Bound = Bound {
    burst: 3,
    every: Duration::from_millis(1_000),
    gap: Duration::from_millis(350),
};

/// Requests for all streams of a producer together: browsers answer one with key frames of all sizes. A burst lets three
/// sizes begin and be gone over to at once.
const OF_PRODUCER: Bound = Bound {
    burst: 6,
    every: Duration::from_millis(500),
    gap: Duration::ZERO,
};

/// Decides for each stream of a producer, named by its mapped SSRC, which wishes for a key frame become requests.
///
/// After every call that may cause one, [`poll_request`](Self::poll_request) is to be drained.
#[derive(Debug, Default)]
pub(crate) struct KeyFrameRequests {
    /// Least time between normal requests for one stream; zero for none.
    delay: Duration,
    /// Streams that were asked for. Few, so a list.
    streams: Vec<Stream>,
    /// Requests for all of them.
    pace: Pace,
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
    /// A request that waits until the bounds let it go.
    held: Option<Held>,
    /// Requests for it.
    pace: Pace,
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

/// A request that came too early.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// When it came.
    since: Instant,
    /// Whether it is repeated when it is not answered.
    repeat: bool,
}

impl KeyFrameRequests {
    /// Lets at most one normal request for each stream pass in `delay`; zero sets no limit of its own.
    pub(crate) fn new(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// A consumer needs a key frame.
    pub(crate) fn need(&mut self, ssrc: Ssrc, now: Instant) {
        let delay = self.delay;
        self.with_stream(ssrc, |stream| stream.need(delay, now));
        self.let_go(now);
    }

    /// A key frame is needed whatever was requested before: new stream, resumed producer.
    pub(crate) fn force(&mut self, ssrc: Ssrc, now: Instant) {
        let delay = self.delay;
        self.with_stream(ssrc, |stream| {
            stream.quiet = Quiet::open(delay, now);
            stream.pending = None;
            stream.hold(true, now);
        });
        self.let_go(now);
    }

    /// Whether a request for the stream is under way or held back.
    pub(crate) fn is_asked(&self, ssrc: Ssrc) -> bool {
        let mut streams = self.streams.iter();
        streams.any(|stream| stream.ssrc == ssrc && stream.is_asked())
    }

    /// A key frame arrived: whoever waits for one has it.
    pub(crate) fn received(&mut self, ssrc: Ssrc) {
        let mut streams = self.streams.iter_mut();
        if let Some(stream) = streams.find(|stream| stream.ssrc == ssrc) {
            stream.pending = None;
            stream.held = None;
        }
    }

    /// Forgets all wishes: the producer was paused or closed. What was asked for still counts.
    pub(crate) fn clear(&mut self) {
        for stream in &mut self.streams {
            (stream.pending, stream.quiet, stream.held) = (None, None, None);
        }
        self.requests.clear();
    }

    /// The next stream whose sender is to be asked now.
    pub(crate) fn poll_request(&mut self) -> Option<Ssrc> {
        self.requests.pop()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let windows = self.streams.iter().flat_map(Stream::deadlines);
        let held = self.streams.iter().filter_map(|it| self.free_at(it));
        windows.chain(held).min()
    }

    /// Repeats unanswered requests and lets held back ones pass.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let delay = self.delay;
        for stream in &mut self.streams {
            stream.repeat(now);
            // Both in one wake-up are one request: the second finds the first.
            stream.end_quiet(delay, now);
        }
        self.let_go(now);
    }

    /// Makes requests of what is held back, as far as the bounds allow.
    fn let_go(&mut self, now: Instant) {
        while let Some(index) = self.next_free(now)
            && let Some(stream) = self.streams.get_mut(index)
            && let Some(held) = stream.held.take()
        {
            stream.pending = Some(Pending {
                until: now + PENDING,
                repeat: held.repeat,
            });
            stream.pace.take(&OF_STREAM, now);
            self.pace.take(&OF_PRODUCER, now);
            self.requests.push(stream.ssrc);
        }
    }

    /// Which stream may be asked for now. Of several the one that was asked for the longest time ago.
    fn next_free(&self, now: Instant) -> Option<usize> {
        let free = self.streams.iter().enumerate().filter_map(|(index, it)| {
            let is_free = self.free_at(it).is_some_and(|at| at <= now);
            is_free.then_some((it.pace.last(), index))
        });
        free.min().map(|(_, index)| index)
    }

    /// From when on what is held back of a stream may go out; none when nothing is.
    fn free_at(&self, stream: &Stream) -> Option<Instant> {
        let held = stream.held?;
        let bounds = [
            stream.pace.free_at(&OF_STREAM),
            self.pace.free_at(&OF_PRODUCER),
        ];
        Some(bounds.into_iter().flatten().fold(held.since, Instant::max))
    }

    /// Changes what is going on with a stream, nothing so far where it is new.
    fn with_stream(&mut self, ssrc: Ssrc, change: impl FnOnce(&mut Stream)) {
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == ssrc) {
            return change(stream);
        }
        let mut stream = Stream::new(ssrc);
        change(&mut stream);
        self.streams.push(stream);
    }
}

impl Stream {
    fn new(ssrc: Ssrc) -> Self {
        Self {
            ssrc,
            pending: None,
            quiet: None,
            held: None,
            pace: Pace::default(),
        }
    }

    const fn is_asked(&self) -> bool {
        self.pending.is_some() || self.quiet.is_some() || self.held.is_some()
    }

    /// A normal wish.
    fn need(&mut self, delay: Duration, now: Instant) {
        if let Some(quiet) = &mut self.quiet {
            quiet.wanted = true;
            return;
        }
        self.quiet = Quiet::open(delay, now);
        match &mut self.pending {
            Some(pending) => pending.repeat = true,
            None => self.hold(true, now),
        }
    }

    /// A request is to go out as soon as it may.
    fn hold(&mut self, repeat: bool, now: Instant) {
        let held = self.held.get_or_insert(Held { since: now, repeat });
        held.repeat |= repeat;
    }

    /// Ends the window of an unanswered request, and has the request repeated.
    fn repeat(&mut self, now: Instant) {
        let Some(over) = self.pending.filter(|pending| pending.until <= now) else {
            return;
        };
        self.pending = None;
        if over.repeat {
            self.hold(false, now);
        }
    }

    /// Ends the quiet window; a wish that was held back in it counts now.
    fn end_quiet(&mut self, delay: Duration, now: Instant) {
        let Some(over) = self.quiet.filter(|quiet| quiet.until <= now) else {
            return;
        };
        self.quiet = None;
        if over.wanted {
            self.need(delay, now);
        }
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
