//! What can be wrong with a media file.

use std::{fmt, io};

/// Containers that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// ISO base media: MP4, MOV, fragmented MP4.
    Mp4,
    /// Matroska and WebM.
    Matroska,
    /// IVF: one video track, frame after frame.
    Ivf,
    /// Ogg.
    Ogg,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mp4 => "MP4",
            Self::Matroska => "WebM or Matroska",
            Self::Ivf => "IVF",
            Self::Ogg => "Ogg",
        })
    }
}

/// Why a file cannot be read, or not any further. Each says in a sentence what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The operating system could not read or write.
    #[error("the file cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The file has no bytes.
    #[error("the file is empty; give a file that was written to its end")]
    Empty,
    /// The first bytes are of no known container.
    #[error(
        "the file is {looks_like}, not MP4, WebM, Matroska, IVF or Ogg; convert it with ffmpeg first, or let ffmpeg \
         read it"
    )]
    UnknownFormat {
        /// What the beginning looks like.
        looks_like: &'static str,
    },
    /// The file ends inside of something.
    #[error(
        "the {format} file ends in the middle of {what} at byte {at}; it was not written or copied to its end: copy it \
         again, or repair it with `ffmpeg -i FILE -c copy NEW`"
    )]
    Truncated {
        /// The container.
        format: Format,
        /// What is cut off.
        what: &'static str,
        /// Where in the file.
        at: u64,
    },
    /// Something in the file contradicts its format.
    #[error(
        "the {format} file is damaged at byte {at}: {what}; try to repair it with `ffmpeg -i FILE -c copy NEW`"
    )]
    Damaged {
        /// The container.
        format: Format,
        /// What is wrong.
        what: &'static str,
        /// Where in the file.
        at: u64,
    },
    /// A size in the file is over our limits.
    #[error(
        "the {format} file claims {size} bytes for {what} at byte {at}, more than the {limit} that are accepted; it is \
         damaged or not meant for real-time sending: encode it again with ffmpeg"
    )]
    TooLarge {
        /// The container.
        format: Format,
        /// What would be that large.
        what: &'static str,
        /// Where in the file.
        at: u64,
        /// The claimed size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// No video or audio in it.
    #[error("the {format} file has no video or audio track; give one that has")]
    NoTracks {
        /// The container.
        format: Format,
    },
    /// A writer was given something that its container cannot hold.
    #[error("{codec} cannot be written into {format}; choose another container")]
    CannotHold {
        /// The container.
        format: Format,
        /// Name of the codec.
        codec: String,
    },
}
