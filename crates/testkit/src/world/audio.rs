//! Peers whose sound is prepared for losses.

use std::time::Duration;

use miso_ortc::MediaKind;
use miso_wire::{Pt, Ssrc};

use super::World;
use super::peer::{PeerId, Produced, VOICE};
use crate::negotiate::Encoding;
use crate::source::{OpusSource, Source};

impl World {
    /// A peer speaks in packets with copies of as many frames before (RED).
    pub fn produce_red(&mut self, peer: PeerId, copies: usize) -> Produced {
        let opus = Pt(self.peer(peer).dialect.opus);
        let source = OpusSource::new(VOICE, &mut self.rng, self.now).with_copies(copies, opus);
        let streams = vec![(None, Source::Opus(source))];
        self.produce(peer, MediaKind::Audio, streams, Duration::ZERO)
            .expect("RED can be produced")
    }

    /// A peer speaks, and sends again what is asked for, in a stream of its own.
    pub fn produce_audio_with_rtx(&mut self, peer: PeerId) -> Produced {
        let source = Source::Opus(OpusSource::new(VOICE, &mut self.rng, self.now));
        let rtx = Some(Ssrc(self.rng.u32(1..)));
        let encoding = Encoding::plain(Ssrc(self.rng.u32(1..)), rtx, None);
        self.produce_encodings(
            peer,
            MediaKind::Audio,
            vec![(encoding, source)],
            Duration::ZERO,
        )
        .expect("audio with RTX can be produced")
    }
}
