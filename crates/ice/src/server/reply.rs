//! What becomes of a STUN packet, and what a stranger is told.

use std::time::{Duration, Instant};

use miso_wire::stun::{BindingError, ErrorCode, Message, StunError};
use thiserror::Error;

/// Error replies to senders that have not proved anything, per transport and second. More: a misconfigured peer is
/// told more often. Less: a forged source address receives less on our behalf.
pub const ERROR_REPLIES_PER_SECOND: u32 = 10;

const WINDOW: Duration = Duration::from_secs(1);

/// What became of a STUN packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StunOutcome {
    /// How many bytes of the reply buffer to send back, never more than the request had; 0 for silence.
    pub reply_len: usize,
    /// Why, for a counter.
    pub verdict: Verdict,
}

impl StunOutcome {
    pub(super) const fn accepted(reply_len: usize) -> Self {
        Self {
            reply_len,
            verdict: Verdict::Accepted,
        }
    }

    pub(super) const fn refused(refusal: Refusal, reply_len: usize) -> Self {
        Self {
            reply_len,
            verdict: Verdict::Refused(refusal),
        }
    }

    pub(super) const fn discarded(discard: Discard) -> Self {
        Self {
            reply_len: 0,
            verdict: Verdict::Discarded(discard),
        }
    }
}

/// Whether a STUN packet had any effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An authentic request; state may have changed.
    Accepted,
    /// A request without effect. The sender is told, unless too many were or the request is shorter than the answer.
    Refused(Refusal),
    /// No request; nothing is answered.
    Discarded(Discard),
}

/// Why a request was refused, in the order of the checks. The culprit is the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Another method than Binding.
    #[error("unknown method")]
    UnknownMethod,
    /// FINGERPRINT is missing.
    #[error("no FINGERPRINT")]
    NoFingerprint,
    /// PRIORITY is missing.
    #[error("no PRIORITY")]
    NoPriority,
    /// USERNAME or MESSAGE-INTEGRITY is missing.
    #[error("no USERNAME or no MESSAGE-INTEGRITY")]
    MalformedAuth,
    /// USERNAME or MESSAGE-INTEGRITY is wrong.
    #[error("wrong USERNAME or MESSAGE-INTEGRITY")]
    Unauthenticated,
    /// An authentic peer takes the controlled role, which is ours.
    #[error("ICE-CONTROLLED from the peer")]
    RoleConflict,
}

impl Refusal {
    /// The ERROR-CODE that the sender gets.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::UnknownMethod | Self::NoFingerprint | Self::NoPriority | Self::MalformedAuth => {
                ErrorCode::BAD_REQUEST
            }
            Self::Unauthenticated => ErrorCode::UNAUTHENTICATED,
            Self::RoleConflict => ErrorCode::ROLE_CONFLICT,
        }
    }

    /// Whether the sender knows our password, so that its address is not forged by a stranger.
    const fn is_authentic(self) -> bool {
        matches!(self, Self::RoleConflict)
    }
}

/// Why a packet was dropped without an answer. The culprit is the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Discard {
    /// Not a well-formed STUN message.
    #[error(transparent)]
    Malformed(#[from] StunError),
    /// An indication or a response: we never ask.
    #[error("not a request")]
    NotRequest,
}

/// Limits error replies to strangers, in windows of a second.
#[derive(Debug)]
pub(super) struct ErrorBudget {
    /// When the current window began.
    window_start: Instant,
    /// Replies left in it.
    left: u32,
}

impl ErrorBudget {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            window_start: now,
            left: ERROR_REPLIES_PER_SECOND,
        }
    }

    /// Writes the error reply if it fits in `out` and the sender may have it; returns its length, else 0.
    pub(super) fn reply(
        &mut self,
        request: &Message<'_>,
        refusal: Refusal,
        out: &mut [u8],
        now: Instant,
    ) -> usize {
        if out.len() < BindingError::LEN || !(refusal.is_authentic() || self.take(now)) {
            return 0;
        }
        let Message {
            method,
            transaction_id,
            ..
        } = *request;
        BindingError {
            method,
            transaction_id,
            code: refusal.code(),
        }
        .write(out)
        .unwrap_or(0)
    }

    fn take(&mut self, now: Instant) -> bool {
        if now.saturating_duration_since(self.window_start) >= WINDOW {
            *self = Self::new(now);
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}
