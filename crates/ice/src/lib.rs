//! ICE-lite server: tuples, candidates, consent (RFC 8445 section 2.5, RFC 7675), with mediasoup's rules.
//!
//! One [`IceServer`] is the server side of one transport. It owns no socket and no clock. Feed it with
//! [`IceServer::handle_stun`], [`IceServer::select_by_media`], [`IceServer::remove_tuple`] and
//! [`IceServer::handle_timeout`]; after every input drain [`IceServer::poll_event`] and look at
//! [`IceServer::poll_timeout`].
//!
//! What the peer cannot prove with MESSAGE-INTEGRITY changes nothing, and no reply is longer than its request.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod candidate;
mod credentials;
mod server;
mod tuple;

pub use candidate::{Candidate, ListenInfo, Offer, Offers, candidates};
pub use credentials::{Credentials, Ufrag};
pub use server::{
    ConsentTimeout, Discard, ERROR_REPLIES_PER_SECOND, IceEvent, IceServer, IceState,
    MAX_REPLY_LEN, MAX_TUPLES, Refusal, StunOutcome, Verdict,
};
pub use tuple::{Protocol, Tuple};
