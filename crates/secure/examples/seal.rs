//! Prints what it costs to seal and to open a packet of 1,200 bytes with each suite. Run with `--release`.

use miso_secure::{
    MAX_RTP_OVERHEAD, RtpToOpen, RtpToSeal, SrtpCryptoSuite, SrtpError, SrtpMasterKey, SrtpRecv,
    SrtpSend,
};
use miso_wire::{ExtSeq, Seq, Ssrc};
use std::time::Instant;

const PACKETS: u64 = 400_000;
const HEADER_LEN: usize = 20;
const PAYLOAD_LEN: usize = 1_200 - HEADER_LEN;
const SSRC: Ssrc = Ssrc(0x1234_5678);

fn main() -> Result<(), SrtpError> {
    println!(
        "{:<24} {:>9} {:>13} {:>9}",
        "ns per 1,200 bytes", "seal", "seal patched", "open"
    );
    for suite in SrtpCryptoSuite::ALL {
        let key = SrtpMasterKey::generate(suite)?;
        let send = SrtpSend::new(&key)?;
        let whole = seal_all(&send, 0)?;
        let patched = seal_all(&send, 4)?;
        let open = open_all(&send, &mut SrtpRecv::new(&key)?)?;
        println!(
            "{:<24} {whole:>9.0} {patched:>13.0} {open:>9.0}",
            suite.name()
        );
    }
    Ok(())
}

/// Mean nanoseconds to seal a packet of which `patched` payload bytes stand in the send buffer already.
fn seal_all(send: &SrtpSend, patched: usize) -> Result<f64, SrtpError> {
    let payload = [0x5a; PAYLOAD_LEN];
    let mut out = [0; 1_200 + MAX_RTP_OVERHEAD];
    let start = now();
    for index in 0..PACKETS {
        seal(send, &mut out, (ExtSeq(index), patched), &payload)?;
    }
    Ok(mean(start))
}

/// Mean nanoseconds to open a packet; sealing them is subtracted.
fn open_all(send: &SrtpSend, recv: &mut SrtpRecv) -> Result<f64, SrtpError> {
    let sealing = seal_all(send, 0)?;
    let payload = [0x5a; PAYLOAD_LEN];
    let mut out = [0; 1_200 + MAX_RTP_OVERHEAD];
    let start = now();
    for index in 0..PACKETS {
        let index = ExtSeq(index);
        let len = seal(send, &mut out, (index, 0), &payload)?;
        let packet = out.get_mut(..len).ok_or(SrtpError::NoRoom)?;
        let Seq(seq) = index.seq();
        recv.open_rtp(
            packet,
            RtpToOpen {
                header_len: HEADER_LEN,
                seq: Seq(seq),
                ssrc: SSRC,
            },
        )?;
    }
    Ok(mean(start) - sealing)
}

fn seal(
    send: &SrtpSend,
    out: &mut [u8],
    (index, patched): (ExtSeq, usize),
    payload: &[u8],
) -> Result<usize, SrtpError> {
    let [a, b] = index.seq().0.to_be_bytes();
    let header = [
        0x90, 96, a, b, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0xbe, 0xde, 0, 1, 0x10, 0, 0, 0,
    ];
    out.get_mut(..HEADER_LEN)
        .ok_or(SrtpError::NoRoom)?
        .copy_from_slice(&header);
    let payload = payload.get(patched..).ok_or(SrtpError::Short)?;
    let packet = RtpToSeal {
        header_len: HEADER_LEN,
        patched,
        payload,
        index,
        ssrc: SSRC,
    };
    send.seal_rtp(out, packet)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::cast_precision_loss, reason = "a benchmark's figure")]
fn mean(start: Instant) -> f64 {
    start.elapsed().as_nanos() as f64 / PACKETS as f64
}
