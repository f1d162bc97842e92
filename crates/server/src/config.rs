//! Settings of the program: flags before `MISO_…` variables before mediasoup-demo's variables before one TOML file
//! before defaults. They are read once, into a complete [`Config`].

mod broadcasters;
mod complete;
pub(crate) mod demo;
mod limits;
mod media;
mod values;
mod web;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

pub(crate) use broadcasters::{BroadcasterConfig, BroadcasterSettings, BroadcasterTimes};
pub(crate) use limits::{LimitSettings, Limits};
pub(crate) use media::{MediaConfig, MediaSettings};
pub(crate) use values::{IpList, Listen, Seconds};
pub(crate) use web::{KeyPairFiles, WebConfig, WebSettings};

/// Declares a group of settings: each can be a flag, a variable or a member of the file, or be left out.
macro_rules! settings {
    ($(#[$about:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, clap::Args, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
        pub(crate) struct $name {
            $($(#[$attribute])* pub(crate) $field: Option<$type>,)+
        }

        impl $name {
            /// These settings, completed by `others`.
            pub(super) fn or(self, others: Self) -> Self {
                Self { $($field: self.$field.or(others.$field),)+ }
            }
        }
    };
}
use settings;

/// What can be set, each of it or not.
#[derive(Clone, Debug, Default, PartialEq, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    /// What is logged, as in RUST_LOG [default: info]
    #[arg(long, env = "MISO_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// Listeners, certificate, signalling.
    #[command(flatten)]
    pub(crate) web: WebSettings,
    /// Engine and transports.
    #[command(flatten)]
    pub(crate) media: MediaSettings,
    /// Broadcasters and the HTTP API.
    #[command(flatten)]
    pub(crate) broadcasters: BroadcasterSettings,
    /// How much anybody may ask for.
    #[command(flatten)]
    pub(crate) limits: LimitSettings,
}

/// The settings of a server, complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Config {
    /// What is logged.
    pub(crate) log: String,
    /// Listeners, certificate, signalling.
    pub(crate) web: WebConfig,
    /// Engine and transports.
    pub(crate) media: MediaConfig,
    /// Broadcasters and the HTTP API.
    pub(crate) broadcasters: BroadcasterConfig,
    /// How much anybody may ask for.
    pub(crate) limits: Limits,
}

/// Why there are no settings. Each text is one sentence for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file says something that is not understood.
    #[error("the configuration file {} is wrong: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, on one line.
        reason: String,
    },
    /// A variable of mediasoup-demo has a value that is not understood.
    #[error("the environment variable {name} is wrong: {reason}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Only one of certificate and key is given.
    #[error("a {given} was given without its {missing}; give both or neither")]
    HalfAKeyPair {
        /// The one that is there.
        given: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// Nowhere to keep the certificate.
    #[error("cannot find this user's data folder; give one with --data-dir")]
    NoDataFolder,
    /// A number is outside of what makes sense.
    #[error("{name} must be {range}")]
    OutOfRange {
        /// The flag.
        name: &'static str,
        /// What is allowed.
        range: &'static str,
    },
}

impl Settings {
    /// The settings of a TOML file.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`], [`ConfigError::Invalid`].
    pub(crate) fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| ConfigError::Invalid {
            path: path.to_owned(),
            reason: one_line(&error, &text),
        })
    }

    /// These settings, completed by `others`.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            log: self.log.or(others.log),
            web: self.web.or(others.web),
            media: self.media.or(others.media),
            broadcasters: self.broadcasters.or(others.broadcasters),
            limits: self.limits.or(others.limits),
        }
    }
}

/// What the TOML reader found, and in which line, without the picture that it draws.
fn one_line(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().trim().replace('\n', ", ");
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message,
    }
}

#[cfg(test)]
mod tests;
