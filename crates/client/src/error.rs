//! What can go wrong, and whose fault it is.

use std::io;

use miso_ortc::MediaKind;
use miso_signal::RemoteError;
use thiserror::Error;

/// The router's capabilities leave nothing in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// Neither audio nor video of this router is known here.
    #[error("the router has no codec that this client knows")]
    NothingInCommon,
}

/// A request to the server had no success.
#[derive(Debug, Error)]
pub enum SignalingError {
    /// The server said no.
    #[error("the server refused {method}: {error}")]
    Refused {
        /// What was asked for.
        method: &'static str,
        /// Its answer.
        error: RemoteError,
    },
    /// The server said nothing in time.
    #[error("the server did not answer {method} in time")]
    Timeout {
        /// What was asked for.
        method: &'static str,
    },
    /// The server's answer makes no sense.
    #[error("the server's answer to {method} cannot be understood: {reason}")]
    BadAnswer {
        /// What was asked for.
        method: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no connection at present.
    #[error("not connected to the server")]
    Disconnected,
    /// The application's own signalling failed.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// Something on a transport had no success.
#[derive(Debug, Error)]
pub enum TransportError {
    /// The transport or the object on it is closed.
    #[error("closed")]
    Closed,
    /// The server's parameters cannot be used.
    #[error("the server's {0} cannot be used")]
    BadParameters(&'static str),
    /// None of the server's candidates can be reached from here.
    #[error("none of the server's ICE candidates can be reached from this machine")]
    NoRoute,
    /// This machine gives no socket.
    #[error("no socket: {0}")]
    Socket(#[from] io::Error),
    /// No certificate can be made.
    #[error("no certificate can be made: {0}")]
    Certificate(String),
    /// The room has no such codec.
    #[error("the room takes no {0} of that codec")]
    NoCodec(MediaKind),
    /// The transport was made without SCTP.
    #[error("the transport was made without SCTP")]
    NoSctp,
    /// A message is longer than can be sent.
    #[error("message of {length} bytes is longer than the {max} bytes that can be sent")]
    MessageTooLong {
        /// Its length.
        length: usize,
        /// The most.
        max: usize,
    },
    /// A packet is longer than the network carries.
    #[error("payload of {length} bytes is longer than {max} bytes")]
    PayloadTooLong {
        /// Its length.
        length: usize,
        /// The most.
        max: usize,
    },
    /// The transport has been used for as much as it can be.
    #[error("no stream is left for another producer")]
    NoStreamLeft,
    /// Something with this name is already there.
    #[error("{0} is already in use on this transport")]
    Duplicate(&'static str),
    /// It went wrong at the server.
    #[error(transparent)]
    Signaling(#[from] SignalingError),
}

/// No session with the server came about.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("\"{url}\" is no address of a server: {reason}")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nobody answers there.
    #[error("cannot connect to {address}: {error}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system says.
        error: io::Error,
    },
    /// The server's certificate is not trusted, or it speaks no TLS.
    #[error("no secure connection to {address}: {error}")]
    Tls {
        /// Host and port.
        address: String,
        /// What the TLS library says.
        error: io::Error,
    },
    /// The server speaks HTTP but wants no session.
    #[error("the server refused the session with HTTP status {status}: {reason}")]
    Refused {
        /// The status.
        status: u16,
        /// The server's reason, empty when it gave none.
        reason: String,
    },
    /// It is no WebSocket server.
    #[error("no WebSocket session with {address}: {reason}")]
    NoWebSocket {
        /// Host and port.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// It took too long.
    #[error("{address} did not answer in time")]
    Timeout {
        /// Host and port.
        address: String,
    },
}

/// The room could not be entered, or something in it had no success.
#[derive(Debug, Error)]
pub enum RoomError {
    /// No session came about.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server refused something.
    #[error(transparent)]
    Signaling(#[from] SignalingError),
    /// A transport failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Nothing in common with the room.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The session is broken at present; it is tried again.
    #[error("not in the room at present")]
    NotJoined,
}
