//! The physical limit of this machine: seal and send, nothing else.
//!
//! For each destination the packets of a frame are sealed with that destination's key, out of
//! place from the frame into the send buffer, side by side. After some destinations the buffer
//! is sent, one segmented message per destination, as many messages per system call as there
//! are. There are no streams, no statistics, no feedback, no timers: a server cannot be faster
//! with these ciphers on this kernel.
//!
//! Packets are SRTP with AEAD_AES_128_GCM or AEAD_AES_256_GCM (RFC 7714): a header of 20 bytes
//! (extension included) is authenticated, the rest is encrypted, and 16 bytes of tag follow.

mod sealer;

#[cfg(test)]
mod tests;

use std::io;

use miso_netio::{Outgoing, UdpOptions, UdpSocket};

use crate::{Cost, Load, Meter, Pace, Reader};
use sealer::{HEADER_BYTES, Sealer, TAG_BYTES};

/// Destinations that are sealed before the buffer is sent. More makes fewer system calls, fewer
/// keeps the sealed packets in the cache until the kernel copies them; 5 to 50 differ by less
/// than one run from another.
pub const DEFAULT_FLUSH: usize = 10;

/// What packets are sealed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cipher {
    /// AEAD_AES_128_GCM, the cheapest that WebRTC has.
    #[default]
    Aes128Gcm,
    /// AEAD_AES_256_GCM.
    Aes256Gcm,
}

/// How the limit is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitOptions {
    /// Destinations that are sealed before the buffer is sent, at least 1.
    pub flush: usize,
    /// What packets are sealed with.
    pub cipher: Cipher,
}

impl Default for LimitOptions {
    fn default() -> Self {
        Self {
            flush: DEFAULT_FLUSH,
            cipher: Cipher::default(),
        }
    }
}

/// What a run of the limit gave.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// What the measured packets cost.
    pub cost: Cost,
    /// Packets that were handed to the kernel, warm-up included.
    pub sent: u64,
    /// Packets that the reader received of them.
    pub received: u64,
    /// Frames that came later than a whole period.
    pub late_frames: u32,
}

/// Sends the load to the reader and measures the calling thread.
///
/// # Errors
/// Those of the system and of the cipher library. `WouldBlock` if the kernel did not take all
/// packets: the figures would mean nothing.
pub fn run(load: &Load, options: &LimitOptions, reader: &mut Reader) -> io::Result<Outcome> {
    let before = reader.received()?;
    let mut limit = Limit::new(load, options, reader)?;
    limit.measure(load.warm_up_frames())?;
    let cost = limit.measure(load.frames())?;
    let sent = load.packets_with_warm_up();
    let after = reader.settle(before.datagrams + sent)?;
    Ok(Outcome {
        cost,
        sent,
        received: after.datagrams - before.datagrams,
        late_frames: limit.late_frames(),
    })
}

/// All that sending the frames of one load needs. [`run`] does it from beginning to end; to
/// measure something else in turns with it, make one and call [`measure`](Self::measure).
pub struct Limit {
    /// Where packets leave.
    socket: UdpSocket,
    /// The destinations with their keys.
    sealers: Vec<Sealer>,
    /// The payloads of the frame's packets, the same for all destinations.
    frame: Vec<Vec<u8>>,
    /// Sealed packets of some destinations.
    buffer: Vec<u8>,
    /// Bytes of a sealed packet.
    packet_bytes: usize,
    /// Destinations per send call.
    flush: usize,
    /// The load's rate.
    frames_per_second: u32,
    /// Frames that came later than a whole period.
    late_frames: u32,
}

impl Limit {
    /// Makes keys and buffers; nothing is sent yet.
    ///
    /// # Errors
    /// Those of the system and of the cipher library.
    pub fn new(load: &Load, options: &LimitOptions, reader: &Reader) -> io::Result<Self> {
        let socket = UdpSocket::bind(([127, 0, 0, 1], 0).into(), &UdpOptions::default())?;
        let sealers: io::Result<Vec<_>> = (0..load.n)
            .map(|index| Sealer::new(options.cipher, index, reader.destination(index)))
            .collect();
        let payload_bytes = load.packet_bytes.saturating_sub(HEADER_BYTES);
        let packet_bytes = HEADER_BYTES + payload_bytes + TAG_BYTES;
        let flush = options.flush.clamp(1, load.n.max(1));
        Ok(Self {
            socket,
            sealers: sealers?,
            frame: (0..load.burst)
                .map(|index| vec![index as u8; payload_bytes])
                .collect(),
            buffer: vec![0; flush * load.burst * packet_bytes],
            packet_bytes,
            flush,
            frames_per_second: load.frames_per_second,
            late_frames: 0,
        })
    }

    /// Sends so many frames at the load's rate and tells what that cost the calling thread, the
    /// waiting included.
    ///
    /// # Errors
    /// Those of the system and of the cipher library. `WouldBlock` if the kernel did not take
    /// all packets: the figures would mean nothing.
    pub fn measure(&mut self, frames: u32) -> io::Result<Cost> {
        let mut pace = Pace::new(self.frames_per_second);
        let meter = Meter::of_this_thread()?;
        for _ in 0..frames {
            pace.wait();
            self.send_frame()?;
        }
        let packets = self.sealers.len() * self.frame.len();
        let cost = meter.stop(packets as u64 * u64::from(frames))?;
        self.late_frames += pace.late();
        Ok(cost)
    }

    /// Frames that came later than a whole period, over all measurements.
    #[must_use]
    pub fn late_frames(&self) -> u32 {
        self.late_frames
    }

    /// Seals and sends the frame for all destinations.
    fn send_frame(&mut self) -> io::Result<()> {
        let run_bytes = self.packet_bytes * self.frame.len();
        let segment_size = u16::try_from(self.packet_bytes).ok();
        for sealers in self.sealers.chunks_mut(self.flush) {
            let runs = self.buffer.chunks_exact_mut(run_bytes);
            for (sealer, run) in sealers.iter_mut().zip(runs) {
                let packets = run.chunks_exact_mut(self.packet_bytes);
                for (payload, packet) in self.frame.iter().zip(packets) {
                    sealer.seal(payload, packet)?;
                }
            }
            let runs = self.buffer.chunks_exact(run_bytes);
            let messages = sealers.iter().zip(runs).map(|(sealer, run)| Outgoing {
                remote: sealer.destination(),
                source: None,
                payload: run,
                segment_size,
            });
            let outcome = self.socket.send(messages);
            if outcome.failed + outcome.blocked > 0 {
                let kind = outcome.last_error.unwrap_or(io::ErrorKind::WouldBlock);
                return Err(kind.into());
            }
        }
        Ok(())
    }
}
