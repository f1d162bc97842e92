//! DTLS and SRTP.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod srtp;

pub use srtp::{
    MAX_RTCP_OVERHEAD, MAX_RTP_OVERHEAD, MAX_SSRCS, RtpToOpen, RtpToSeal, SrtpCryptoSuite,
    SrtpError, SrtpMasterKey, SrtpRecv, SrtpSend,
};
