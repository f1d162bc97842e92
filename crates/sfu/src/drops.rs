//! Why something that came from the network was not used: counted, never logged.

macro_rules! drop_reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Cause of a drop.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DropReason {
            $($(#[$doc])* $name,)*
        }

        impl DropReason {
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name under which it is reported, `snake_case`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

drop_reasons! {
    /// Neither STUN, DTLS, RTP nor RTCP.
    UnknownKind = "unknown_kind",
    /// No transport knows the sender.
    UnknownTuple = "unknown_tuple",
    /// STUN that names no transport of ours.
    UnknownUfrag = "unknown_ufrag",
    /// STUN that names a transport of ours, but came to a socket that is not for it.
    ForeignSocket = "foreign_socket",
    /// STUN that ICE refused or left without answer.
    StunRefused = "stun_refused",
    /// DTLS that was not understood.
    Dtls = "dtls",
    /// RTP or RTCP before DTLS was done.
    NoKeys = "no_keys",
    /// RTP that was not understood.
    MalformedRtp = "malformed_rtp",
    /// RTP that failed authentication.
    SrtpAuth = "srtp_auth",
    /// RTP that came a second time or too late.
    SrtpReplay = "srtp_replay",
    /// RTP of an SSRC that no producer claims.
    NoProducer = "no_producer",
    /// RTP of a producer that has no stream for it.
    NoStream = "no_stream",
    /// RED that was not understood, or holds what was not agreed on.
    MalformedRed = "malformed_red",
    /// RTP whose sequence number is out of range.
    Sequence = "sequence",
    /// RTX that carries nothing new.
    RtxDiscarded = "rtx_discarded",
    /// No room for the packet in the store or for its header extensions.
    NoRoom = "no_room",
    /// RTCP that was not understood.
    MalformedRtcp = "malformed_rtcp",
    /// RTCP that failed authentication.
    SrtcpAuth = "srtcp_auth",
    /// RTCP feedback about a stream that nobody sends.
    UnknownFeedback = "unknown_feedback",
    /// SCTP over UDP of an unknown sender that was not understood.
    Sctp = "sctp",
    /// A message for an SCTP stream that no data producer claims.
    NoDataProducer = "no_data_producer",
    /// A message of another router whose prefix is cut off.
    MalformedMessage = "malformed_message",
    /// A message longer than allowed.
    MessageTooLong = "message_too_long",
    /// A message that a data consumer could not take.
    MessageNotSent = "message_not_sent",
    /// A request for a retransmission that came on top of too many.
    TooManyWanted = "too_many_wanted",
    /// A retransmission of a picture's packet for which the path has no room.
    NoRoomToRepeat = "no_room_to_repeat",
    /// A packet or message for an owner that does not take its events.
    EventsFull = "events_full",
    /// A small packet that found the outbox full.
    OutboxFull = "outbox_full",
}

/// Counters of all causes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops([u64; DropReason::ALL.len()]);

impl Drops {
    /// Counts one.
    pub(crate) fn count(&mut self, reason: DropReason) {
        if let Some(counter) = self.0.get_mut(reason as usize) {
            *counter += 1;
        }
    }

    /// The causes that occurred.
    pub(crate) fn occurred(&self) -> Vec<(&'static str, u64)> {
        let all = DropReason::ALL.iter().zip(self.0);
        all.filter(|(_, count)| *count > 0)
            .map(|(reason, count)| (reason.name(), count))
            .collect()
    }

    /// How often it occurred.
    pub(crate) fn of(&self, reason: DropReason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or(0)
    }
}
