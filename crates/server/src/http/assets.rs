//! The web app, inside the program.

/// A file of the web app.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its path below the root.
    path: &'static str,
    /// What it contains.
    pub(super) bytes: &'static [u8],
    /// The same as gzip, if that is shorter.
    pub(super) gzip: Option<&'static [u8]>,
    /// Changes with the contents; quoted as HTTP wants it.
    pub(super) etag: &'static str,
}

// Written by build.rs: `static ASSETS: &[Asset]`, sorted by path.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at a path without a leading slash; the empty path is the app's page.
pub(super) fn find(path: &str) -> Option<&'static Asset> {
    let path = if path.is_empty() { "index.html" } else { path };
    let index = ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
    ASSETS.get(index)
}

impl Asset {
    /// Whether its name changes with its contents, as Vite names what it builds.
    pub(super) fn is_immutable(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// What it is, by its name.
    pub(super) fn content_type(&self) -> &'static str {
        match self.path.rsplit('.').next().unwrap_or_default() {
            "html" => "text/html; charset=utf-8",
            "js" | "mjs" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "json" | "map" => "application/json",
            "webmanifest" => "application/manifest+json",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "webp" => "image/webp",
            "ico" => "image/x-icon",
            "woff2" => "font/woff2",
            "wasm" => "application/wasm",
            "mp3" => "audio/mpeg",
            "mp4" => "video/mp4",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests;
