//! What ends a push, each a sentence for the user.

use crate::args::ArgsError;
use crate::encoder::EncoderError;
use crate::http::HttpError;
use crate::plan::Unfit;
use crate::source::SourceError;

/// Why push fails, or a broadcaster of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error(transparent)]
    Args(#[from] ArgsError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{name} must be encoded, and {error}")]
    Encoder { name: String, error: EncoderError },
    #[error("{0}: {1}; encode it differently, see --video-codec")]
    Unfit(String, Unfit),
    #[error("the room takes nothing that push can send")]
    NothingInCommon,
    #[error(
        "no media path to the server: its UDP and TCP media ports (44444 by default) cannot be reached from here"
    )]
    NoPath,
    #[error("the media path to the server broke")]
    LinkLost,
    #[error("the server removed the broadcaster")]
    Removed,
    #[error("{0}")]
    Transport(String),
    #[error("no socket for media: {0}")]
    Socket(std::io::Error),
    #[error("signals of the system cannot be heard: {0}")]
    Signals(std::io::Error),
}

impl PushError {
    /// Whether trying again can help, once all was well before.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Http(error) => error.is_passing(),
            Self::NoPath | Self::LinkLost | Self::Removed => true,
            Self::Args(_)
            | Self::Source(_)
            | Self::Encoder { .. }
            | Self::Unfit(..)
            | Self::NothingInCommon
            | Self::Transport(_)
            | Self::Socket(_)
            | Self::Signals(_) => false,
        }
    }
}
