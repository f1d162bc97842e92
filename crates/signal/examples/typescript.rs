//! Writes the messages' TypeScript declarations to where the web app imports them from.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/generated");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("signal.ts"), miso_signal::typescript())
}
