//! How the program ends (fact sheet 5.2).

use std::process::ExitCode;

use crate::stderr::complain;

/// Why the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It was told to, or its parent is gone.
    Normal,
    /// Something that it cannot work without failed.
    Failure,
    /// It was not started by mediasoup.
    NoVersion,
    /// Its arguments are wrong.
    WrongSettings,
}

impl Exit {
    /// Says on standard error why, and gives the exit code.
    pub(crate) fn explain(self, why: &str) -> ExitCode {
        complain(format_args!("{why}"));
        self.into()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Normal => 0,
            Exit::Failure => 40,
            Exit::NoVersion => 41,
            Exit::WrongSettings => 42,
        })
    }
}
