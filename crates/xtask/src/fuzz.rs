//! Builds the fuzz targets of `fuzz/` and runs each for a while from its seeds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

/// How long each target runs by itself (`cargo xtask fuzz`) unless said otherwise.
pub(crate) const DEFAULT_SECONDS: u32 = 60;

/// How long each target runs among all tests. Longer finds more, and there are other tests to run.
pub(crate) const SECONDS_AMONG_TESTS: u32 = 8;

/// How many targets run at the same time. More finish sooner on more cores; on two they would starve each other.
const PARALLEL: usize = 2;

/// Seconds after which one input counts as a hang. Lower finds slower inputs, and false ones on a busy machine.
const INPUT_TIMEOUT: u32 = 10;

/// Runs every target for `seconds`, after its seeds, and returns how many there were.
///
/// # Errors
/// When a target does not build, or crashes: then the message has its last lines and the path of the input that did it.
pub(crate) fn run(seconds: u32) -> Result<usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz")
        .canonicalize()?;
    let targets = targets(&folder)?;
    ensure!(
        !targets.is_empty(),
        "no fuzz targets in {}",
        folder.display()
    );
    let binaries = build(&folder)?;
    let queue = Mutex::new(targets.iter());
    let failures = Mutex::new(vec![]);
    thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                while let Some(target) = next(&queue) {
                    if let Err(failure) = run_target(&folder, &binaries.join(target), seconds) {
                        lock(&failures).push(format!("{target}: {failure:#}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    ensure!(
        failures.is_empty(),
        "fuzzing failed\n{}",
        failures.join("\n")
    );
    Ok(targets.len())
}

fn next<'a>(queue: &Mutex<impl Iterator<Item = &'a String>>) -> Option<&'a String> {
    lock(queue).next()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The names of all targets, sorted.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut names = vec![];
    for entry in fs::read_dir(folder.join("fuzz_targets"))? {
        let path = entry?.path();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        if let Some(name) = path
            .file_stem()
            .and_then(|name| name.to_str())
            .filter(|_| is_rust)
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Builds all targets; returns the folder of the binaries.
fn build(folder: &Path) -> Result<PathBuf> {
    let host = host()?;
    let target_dir = folder.join("target");
    // The flags for coverage are in the folder's own configuration, which the variables would replace.
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "build",
            "--release",
            "--bins",
            "--target",
            &host,
            "--target-dir",
        ])
        .arg(&target_dir)
        .current_dir(folder)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "fuzz targets do not build");
    Ok(target_dir.join(host).join("release"))
}

/// The triple of this machine. With an explicit target the flags for coverage spare build scripts.
fn host() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc does not start")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not tell its host")
}

fn run_target(folder: &Path, binary: &Path, seconds: u32) -> Result<()> {
    let name = binary.file_name().context("target without a name")?;
    let corpus = folder.join("corpus").join(name);
    let artifacts = folder.join("artifacts").join(name);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let output = Command::new(binary)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_TIMEOUT}"))
        // libFuzzer joins this with the name of the file as it is.
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(corpus)
        .arg(folder.join("seeds").join(name))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} does not start", binary.display()))?;
    report(&name.to_string_lossy(), &output)
}

fn report(name: &str, output: &Output) -> Result<()> {
    let log = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = log.lines().collect();
    if output.status.success() {
        let done = lines.iter().rev().find(|line| line.starts_with("Done "));
        println!("fuzz {name}: {}", done.unwrap_or(&"done"));
        return Ok(());
    }
    let reproducer = lines
        .iter()
        .find_map(|line| line.split_once("Test unit written to "))
        .map(|(_, path)| path);
    let panic = lines
        .iter()
        .position(|line| line.contains("panicked at"))
        .unwrap_or(lines.len().saturating_sub(20));
    let excerpt = lines
        .iter()
        .skip(panic)
        .take(20)
        .copied()
        .collect::<Vec<_>>()
        .join("\n");
    bail!(
        "{}\n{excerpt}\nreproducer: {}",
        output.status,
        reproducer.unwrap_or("none was written")
    )
}
