//! From settings to a configuration.

use super::{Config, ConfigError, Settings};

impl Settings {
    /// Completed by defaults.
    ///
    /// # Errors
    /// [`ConfigError`] says what does not fit together.
    pub(crate) fn complete(self) -> Result<Config, ConfigError> {
        Ok(Config {
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            web: self.web.complete()?,
            media: self.media.complete()?,
            broadcasters: self.broadcasters.complete(),
            limits: self.limits.complete()?,
        })
    }
}

impl Config {
    /// The configuration as a file that would give the same one.
    pub(crate) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}
