//! Writes the tracks of a file into a WebM file without encoding them again, by way of RTP payloads:
//! `cargo run -p miso-media --example remux IN OUT.webm`.

use std::fs::File;
use std::io::BufWriter;

use miso_media::{Depacketizer, Frame, MediaError, Packetizer, Reader, WebmWriter};

fn main() -> Result<(), MediaError> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().unwrap_or_default();
    let mut reader = Reader::open(File::open(next())?)?;
    let out = BufWriter::new(File::create(next())?);
    let tracks = reader.tracks().to_vec();
    let mut writer = WebmWriter::new(out, &tracks)?;
    let mut ends: Vec<_> = tracks
        .iter()
        .map(|track| {
            let packetizer = Packetizer::new(&track.codec, 1_200);
            packetizer.zip(Depacketizer::new(&track.codec))
        })
        .collect();
    while let Some(frame) = reader.next_frame()? {
        let Some(Some((packetizer, depacketizer))) = ends.get_mut(frame.track) else {
            continue;
        };
        for payload in packetizer.packetize(&frame.data) {
            if let Some(whole) = depacketizer.push(&payload.data, payload.marker, 0, false) {
                writer.write_frame(&Frame {
                    data: whole.data,
                    is_key_frame: whole.is_key_frame,
                    ..frame.clone()
                })?;
            }
        }
    }
    writer.finish()?;
    Ok(())
}
