//! Writes the inputs that fuzzing starts from into `seeds/<target>/`: `cargo run --manifest-path fuzz/Cargo.toml
//! --example seeds`. Each is a packet as it is met in practice, or an odd one that a parser may stumble over.

mod files;
mod media;
mod network;
mod reports;

use std::path::Path;
use std::{fs, io};

/// An input and where it belongs.
struct Seed {
    target: &'static str,
    name: &'static str,
    bytes: Vec<u8>,
}

fn seed(target: &'static str, name: &'static str, bytes: impl AsRef<[u8]>) -> Seed {
    Seed {
        target,
        name,
        bytes: bytes.as_ref().to_vec(),
    }
}

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for seed in media::seeds()
        .into_iter()
        .chain(files::seeds())
        .chain(network::seeds())
        .chain(reports::seeds())
    {
        let folder = seeds.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(seed.name), seed.bytes)?;
    }
    Ok(())
}
