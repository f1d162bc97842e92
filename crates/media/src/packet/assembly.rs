//! The frame that payloads are being added to.

use crate::reader::MAX_FRAME_LEN;

#[derive(Clone, Debug, Default)]
pub(super) struct Assembly {
    pub(super) data: Vec<u8>,
    /// Timestamp of the packets of the frame.
    timestamp: Option<u32>,
    state: State,
    /// Something was lost since the last whole frame.
    after_gap: bool,
    /// Lengths of the elements so far, for formats that need them at the end (AV1).
    pub(super) elements: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The packet before ended a frame, or there was none: this one begins one.
    #[default]
    Between,
    /// Inside of a frame of which everything is there.
    Inside,
    /// Something is missing: only a packet that is known to begin a frame helps.
    Lost,
}

impl Assembly {
    /// A packet is missing or wrong: what there is of the frame is worthless.
    pub(super) fn lose(&mut self) {
        self.clear();
        self.state = State::Lost;
        self.after_gap = true;
    }

    /// A packet of another timestamp than the unfinished frame's ends that frame without its marker.
    pub(super) fn begin_packet(&mut self, timestamp: u32) {
        if self.state == State::Inside && self.timestamp != Some(timestamp) {
            self.lose();
        }
        self.timestamp = Some(timestamp);
    }

    /// Whether the packet can only be the first of a frame, as far as its neighbours tell.
    pub(super) fn is_between(&self) -> bool {
        self.state == State::Between
    }

    pub(super) fn is_inside(&self) -> bool {
        self.state == State::Inside
    }

    /// The packet begins a frame.
    pub(super) fn start(&mut self) {
        if self.state == State::Inside {
            self.after_gap = true;
        }
        self.clear();
        self.state = State::Inside;
    }

    /// Adds bytes to the frame; none when there is no frame to add to, or it becomes too long.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Option<()> {
        let len = u64::try_from(self.data.len() + bytes.len()).ok()?;
        if self.state != State::Inside || len > MAX_FRAME_LEN {
            return None;
        }
        self.data.extend_from_slice(bytes);
        Some(())
    }

    /// The frame and whether something was lost before it; none when it is not whole.
    pub(super) fn finish(&mut self) -> Option<(Vec<u8>, bool)> {
        let whole = self.state == State::Inside && !self.data.is_empty();
        let data = std::mem::take(&mut self.data);
        self.state = State::Between;
        if !whole {
            self.after_gap = true;
            return None;
        }
        Some((data, std::mem::take(&mut self.after_gap)))
    }

    fn clear(&mut self) {
        self.data.clear();
        self.elements.clear();
    }
}
