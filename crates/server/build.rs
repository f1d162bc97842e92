//! Puts the built web app into the program: a table of its files. Without one, a page that says how to build it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

const MISSING: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>miso</title>\n\
    <h1>The server runs, but was built without its web app</h1>\n\
    <p>Build it with <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>, \
    then build the server again, or do both with <code>cargo xtask run</code>.</p>\n</html>\n";

fn main() -> io::Result<()> {
    let dist = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../web/dist");
    let out = PathBuf::from(variable("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    // Where it is missing, this runs every time, until it is there.
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, "", &mut files)?;
    } else {
        let page = out.join("index.html");
        fs::write(&page, MISSING)?;
        files.push(("index.html".to_owned(), page));
    }
    files.sort();
    fs::write(out.join("assets.rs"), table(&files, &out)?)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path().canonicalize()?));
        }
    }
    Ok(())
}

fn table(files: &[(String, PathBuf)], out: &Path) -> io::Result<String> {
    let mut text = "static ASSETS: &[Asset] = &[\n".to_owned();
    for (index, (name, path)) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let etag = format!("\"{:016x}\"", fnv(&bytes));
        let gzip = match compressed(&bytes)? {
            Some(gzip) => {
                let path = out.join(format!("{index}.gz"));
                fs::write(&path, gzip)?;
                format!("Some(include_bytes!({path:?}))")
            }
            None => "None".to_owned(),
        };
        let _ = writeln!(
            text,
            "    Asset {{ path: {name:?}, bytes: include_bytes!({path:?}), gzip: {gzip}, etag: {etag:?} }},"
        );
    }
    text.push_str("];\n");
    Ok(text)
}

/// The file as gzip, if that makes it a good deal shorter.
fn compressed(bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    let gzip = encoder.finish()?;
    Ok((gzip.len() < bytes.len() / 10 * 9).then_some(gzip))
}

/// FNV-1a, 64 bits: tells one version of a file from another.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
