//! The arguments (fact sheet 5.1), understood as `getopt_long_only` does: one or two dashes, `=value` or the next
//! argument, and abbreviations that fit one option only.

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;

use miso_secure::{Certificate, CertificateError};

use crate::log::{Level, LogSettings};
use crate::ports::PortRange;

/// What the arguments say.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) log: LogSettings,
    /// Where ports come from that a request leaves open.
    pub(crate) ports: PortRange,
    /// The certificate of all transports, if not one made for this run.
    pub(crate) certificate: Option<Certificate>,
}

/// Arguments that cannot be followed.
#[derive(Debug)]
pub(crate) enum SettingsError {
    UnknownOption(String),
    AmbiguousOption(String),
    MissingValue(&'static str),
    Level(String),
    Port(&'static str),
    PortOrder,
    MissingCertificate,
    MissingKey,
    File(&'static str, std::io::Error),
    Certificate(CertificateError),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOption(option) => write!(f, "unknown option {option}"),
            Self::AmbiguousOption(option) => write!(f, "option {option} fits several"),
            Self::MissingValue(option) => write!(f, "option {option} requires an argument"),
            Self::Level(level) => write!(f, "invalid value '{level}' for logLevel"),
            Self::Port(option) => write!(f, "{option} is no port"),
            Self::PortOrder => f.write_str("rtcMaxPort cannot be less than rtcMinPort"),
            Self::MissingCertificate => f.write_str("missing dtlsCertificateFile"),
            Self::MissingKey => f.write_str("missing dtlsPrivateKeyFile"),
            Self::File(option, error) => write!(f, "{option}: {error}"),
            Self::Certificate(error) => write!(f, "dtlsCertificateFile: {error}"),
        }
    }
}

/// The options, in the spelling that errors use.
const OPTIONS: [&str; 7] = [
    "logLevel",
    "logTags",
    "rtcMinPort",
    "rtcMaxPort",
    "dtlsCertificateFile",
    "dtlsPrivateKeyFile",
    "libwebrtcFieldTrials",
];

impl Settings {
    /// What `arguments` say; the program's name is not among them.
    ///
    /// # Errors
    /// For arguments that cannot be followed.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, SettingsError> {
        let mut arguments = arguments.peekable();
        let mut log = LogSettings::default();
        let mut ports = (PortRange::DEFAULT.min, PortRange::DEFAULT.max);
        let mut files: (Option<String>, Option<String>) = (None, None);
        while let Some(argument) = arguments.next() {
            let Some(option) = argument.strip_prefix("--").or(argument.strip_prefix('-')) else {
                // Like getopt: what is no option is passed over.
                continue;
            };
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (find(name)?, Some(value.to_owned())),
                None => (find(option)?, arguments.next()),
            };
            let value = value.ok_or(SettingsError::MissingValue(name))?;
            match name {
                "logLevel" => {
                    log.level = Level::parse(&value).ok_or(SettingsError::Level(value))?
                }
                "logTags" => log.tags.insert(&value),
                "rtcMinPort" => ports.0 = value.parse().map_err(|_| SettingsError::Port(name))?,
                "rtcMaxPort" => ports.1 = value.parse().map_err(|_| SettingsError::Port(name))?,
                "dtlsCertificateFile" => files.0 = Some(value),
                "dtlsPrivateKeyFile" => files.1 = Some(value),
                // Field trials steer a library that this worker does not have.
                _ => {}
            }
        }
        Ok(Self {
            log,
            ports: PortRange::new(ports.0, ports.1).ok_or(SettingsError::PortOrder)?,
            certificate: certificate(files)?,
        })
    }
}

fn find(given: &str) -> Result<&'static str, SettingsError> {
    if let Some(exact) = OPTIONS.into_iter().find(|option| *option == given) {
        return Ok(exact);
    }
    let mut fitting = OPTIONS
        .into_iter()
        .filter(|option| !given.is_empty() && option.starts_with(given));
    match (fitting.next(), fitting.next()) {
        (Some(option), None) => Ok(option),
        (Some(_), Some(_)) => Err(SettingsError::AmbiguousOption(given.to_owned())),
        (None, _) => Err(SettingsError::UnknownOption(given.to_owned())),
    }
}

fn certificate(
    files: (Option<String>, Option<String>),
) -> Result<Option<Certificate>, SettingsError> {
    let read =
        |option, path| fs::read_to_string(path).map_err(|it| SettingsError::File(option, it));
    match files {
        (None, None) => Ok(None),
        (Some(_), None) => Err(SettingsError::MissingKey),
        (None, Some(_)) => Err(SettingsError::MissingCertificate),
        (Some(certificate), Some(key)) => {
            let certificate = read("dtlsCertificateFile", certificate)?;
            let key = read("dtlsPrivateKeyFile", key)?;
            Certificate::from_pem(&certificate, &key)
                .map(Some)
                .map_err(SettingsError::Certificate)
        }
    }
}
