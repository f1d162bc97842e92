//! Puts the built web app into the program: a table of its files. Without one, a page that says how to build it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

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
    fs::write(out.join("assets.rs"), table(&files)?)
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

fn table(files: &[(String, PathBuf)]) -> io::Result<String> {
    let mut text = "static ASSETS: &[Asset] = &[\n".to_owned();
    for (name, path) in files {
        let etag = format!("\"{:016x}\"", fnv(&fs::read(path)?));
        let _ = writeln!(
            text,
            "    Asset {{ path: {name:?}, bytes: include_bytes!({path:?}), etag: {etag:?} }},"
        );
    }
    text.push_str("];\n");
    Ok(text)
}

/// FNV-1a, 64 bits: tells one version of a file from another.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
