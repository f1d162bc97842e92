//! Prints the tracks and the frames of a media file: `cargo run -p miso-media --example inspect FILE`.

use std::fs::File;

use miso_media::{MediaError, Reader};

fn main() -> Result<(), MediaError> {
    for name in std::env::args().skip(1) {
        let mut reader = Reader::open(File::open(name)?)?;
        for track in reader.tracks() {
            println!("{track:?}");
        }
        while let Some(frame) = reader.next_frame()? {
            println!(
                "track {} pts {:?} dts {:?} duration {:?} {} bytes{}",
                frame.track,
                frame.pts,
                frame.dts,
                frame.duration,
                frame.data.len(),
                if frame.is_key_frame { ", key" } else { "" },
            );
        }
    }
    Ok(())
}
