//! What is sent, as the user says it.

use std::path::{Path, PathBuf};

/// Where pictures and sound come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Files, whose tracks are sent together. At least one.
    Files(Vec<PathBuf>),
    /// Anything that ffmpeg or GStreamer opens by its address.
    Address(String),
    /// Standard input.
    Pipe,
    /// The test pattern.
    Pattern,
    /// Devices of this machine. Empty names mean the usual one.
    Devices {
        /// Camera.
        camera: Option<String>,
        /// Microphone.
        microphone: Option<String>,
        /// Screen.
        screen: Option<String>,
    },
}

impl Input {
    /// A name for people.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Files(files) => files
                .first()
                .map_or_else(|| "miso push".to_owned(), |it| file_name(it)),
            // Without what may be secret: user, password, query.
            Self::Address(address) => {
                let rest = address
                    .split_once("://")
                    .map_or(address.as_str(), |(_, rest)| rest);
                let rest = rest.split(['/', '?']).next().unwrap_or(rest);
                rest.rsplit('@').next().unwrap_or(rest).to_owned()
            }
            Self::Pipe => "pipe".to_owned(),
            Self::Pattern => "Test pattern".to_owned(),
            Self::Devices {
                camera: Some(_), ..
            } => "Camera".to_owned(),
            Self::Devices {
                screen: Some(_), ..
            } => "Screen".to_owned(),
            Self::Devices { .. } => "Microphone".to_owned(),
        }
    }

    /// Whether it waits while nobody can be sent to: files do, the rest goes on without us.
    pub(crate) const fn waits(&self) -> bool {
        matches!(self, Self::Files(_))
    }
}

/// The last part of a path, for people.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
