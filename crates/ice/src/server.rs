//! The server side of one transport's ICE.

mod consent;
mod reply;

#[cfg(test)]
mod answer_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod test_peer;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Instant;

use miso_wire::stun::{Attributes, BindingSuccess, Class, IntegrityKey, Message, Method};

use crate::{Credentials, Tuple, Ufrag};
use consent::Consent;
use reply::ErrorBudget;

pub use consent::ConsentTimeout;
pub use reply::{Discard, ERROR_REPLIES_PER_SECOND, Refusal, StunOutcome, Verdict};

/// Tuples per transport. More: a peer with many interfaces keeps all its paths. Less: a peer occupies fewer entries of
/// the worker's tuple table.
pub const MAX_TUPLES: usize = 8;

/// Longest reply in bytes, so the least that a reply buffer should hold.
pub const MAX_REPLY_LEN: usize = BindingSuccess::MAX_LEN;

/// Most events that one input can cause: all tuples go and one comes, a selection, a state, a username fragment.
const MAX_EVENTS_PER_INPUT: usize = MAX_TUPLES + 4;

/// How far the peer's checks have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IceState {
    /// No check yet.
    New,
    /// A check passed; the path is provisional.
    Connected,
    /// The peer nominated a path.
    Completed,
    /// All paths are lost or consent expired; a check brings it back.
    Disconnected,
}

impl IceState {
    /// Its name in mediasoup's API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Connected => "connected",
            Self::Completed => "completed",
            Self::Disconnected => "disconnected",
        }
    }
}

/// What changed, in the order in which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IceEvent {
    /// Packets of this path belong to the transport from now on.
    TupleAdded(Tuple),
    /// They do not any more. A TCP connection is to be closed, where it is not already.
    TupleRemoved(Tuple),
    /// What is sent goes this way from now on. Comes before the state change that caused it.
    SelectedTupleChanged(Tuple),
    /// The state is another one. [`IceState::Disconnected`] implies that no tuple is selected.
    StateChanged(IceState),
    /// Credentials from before a restart are no longer accepted; strangers that name this fragment are not ours.
    UfragRetired(Ufrag),
}

/// The state together with what exists only in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Connected { selected: Tuple },
    Completed { selected: Tuple },
    Disconnected,
}

impl Phase {
    const fn state(self) -> IceState {
        match self {
            Self::New => IceState::New,
            Self::Connected { .. } => IceState::Connected,
            Self::Completed { .. } => IceState::Completed,
            Self::Disconnected => IceState::Disconnected,
        }
    }

    const fn selected(self) -> Option<Tuple> {
        match self {
            Self::New | Self::Disconnected => None,
            Self::Connected { selected } | Self::Completed { selected } => Some(selected),
        }
    }

    /// The same state by another path.
    const fn with_selected(self, selected: Tuple) -> Self {
        match self {
            Self::New | Self::Disconnected => self,
            Self::Connected { .. } => Self::Connected { selected },
            Self::Completed { .. } => Self::Completed { selected },
        }
    }
}

/// Credentials and the key made of their password.
#[derive(Debug)]
struct Login {
    credentials: Credentials,
    key: IntegrityKey,
}

impl Login {
    fn new(credentials: Credentials) -> Self {
        Self {
            key: IntegrityKey::new(credentials.password().as_bytes()),
            credentials,
        }
    }

    fn ufrag(&self) -> Ufrag {
        self.credentials.ufrag()
    }

    /// USERNAME is `<our fragment>:<anything>` and MESSAGE-INTEGRITY is made with our password.
    fn admits(&self, request: &Message<'_>, username: &[u8]) -> bool {
        let after = username.strip_prefix(self.ufrag().as_str().as_bytes());
        after.is_some_and(|rest| rest.starts_with(b":")) && request.verify_integrity(&self.key)
    }
}

/// Which credentials a request proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Current,
    Previous,
}

/// The ICE-lite server of one transport.
#[derive(Debug)]
pub struct IceServer {
    /// What new requests are to use.
    current: Login,
    /// What was valid before a restart, until a request uses the current ones.
    previous: Option<Login>,
    /// Validated paths, newest first, at most [`MAX_TUPLES`].
    tuples: Vec<Tuple>,
    /// State and selected tuple; the selected one is always among `tuples`.
    phase: Phase,
    /// Greatest NOMINATION so far, 0 before the first.
    last_nomination: u32,
    /// When the peer must have sent its next request.
    consent: Consent,
    /// How many strangers may still be told what is wrong with their requests.
    errors: ErrorBudget,
    /// Not yet polled.
    events: VecDeque<IceEvent>,
}

impl IceServer {
    /// A server that nobody has reached yet.
    pub fn new(credentials: Credentials, consent_timeout: ConsentTimeout, now: Instant) -> Self {
        Self {
            current: Login::new(credentials),
            previous: None,
            tuples: Vec::with_capacity(MAX_TUPLES + 1),
            phase: Phase::New,
            last_nomination: 0,
            consent: Consent::new(consent_timeout),
            errors: ErrorBudget::new(now),
            events: VecDeque::with_capacity(MAX_EVENTS_PER_INPUT),
        }
    }

    /// What the peer must use: after a restart the new ones.
    pub const fn credentials(&self) -> &Credentials {
        &self.current.credentials
    }

    /// The username fragments by which strangers may find this transport: one, or two after a restart.
    pub fn ufrags(&self) -> impl Iterator<Item = Ufrag> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .map(Login::ufrag)
    }

    /// How far the checks have come.
    pub const fn state(&self) -> IceState {
        self.phase.state()
    }

    /// The path to send on: present exactly while connected or completed.
    pub const fn selected_tuple(&self) -> Option<Tuple> {
        self.phase.selected()
    }

    /// All validated paths, newest first.
    pub fn tuples(&self) -> &[Tuple] {
        &self.tuples
    }

    /// Whether DTLS and SRTP may be accepted from there: a valid request came that way.
    pub fn is_valid(&self, tuple: Tuple) -> bool {
        self.tuples.contains(&tuple)
    }

    /// Takes a STUN packet that came by `tuple`, be that known or not, and writes the reply, if any, to `out`, to be
    /// sent back by the same tuple at once. `out` holds [`MAX_REPLY_LEN`] bytes; in less, longer replies are left out.
    pub fn handle_stun(
        &mut self,
        packet: &[u8],
        tuple: Tuple,
        out: &mut [u8],
        now: Instant,
    ) -> StunOutcome {
        let message = match Message::parse(packet) {
            Ok(message) => message,
            Err(error) => return StunOutcome::discarded(Discard::Malformed(error)),
        };
        if message.class != Class::Request {
            return StunOutcome::discarded(Discard::NotRequest);
        }
        // Cut to the request's length, no reply can amplify.
        let room = out.len().min(packet.len());
        let out = out.get_mut(..room).unwrap_or_default();
        match self.check(&message) {
            Err(refusal) => {
                StunOutcome::refused(refusal, self.errors.reply(&message, refusal, out, now))
            }
            Ok(proof) => {
                let success = BindingSuccess {
                    transaction_id: message.transaction_id,
                    mapped: tuple.remote(),
                };
                let reply_len = success.write(out, self.key_of(proof)).unwrap_or(0);
                self.accept(&message.attributes, proof, tuple, now);
                StunOutcome::accepted(reply_len)
            }
        }
    }

    /// Selects the path by which an authentic packet came (a DTLS record that was accepted, RTP or RTCP that could be
    /// decrypted), since the peer then sends that way. Has no effect for unknown tuples and without a selected one.
    pub fn select_by_media(&mut self, tuple: Tuple) {
        if self
            .phase
            .selected()
            .is_some_and(|selected| selected != tuple)
            && self.is_valid(tuple)
        {
            self.enter(self.phase.with_selected(tuple));
        }
    }

    /// Forgets a path, say because its TCP connection closed. Another one takes over if there is one.
    pub fn remove_tuple(&mut self, tuple: Tuple, now: Instant) {
        let Some(position) = self.tuples.iter().position(|known| *known == tuple) else {
            return;
        };
        self.tuples.remove(position);
        self.events.push_back(IceEvent::TupleRemoved(tuple));
        if self.phase.selected() != Some(tuple) {
            return;
        }
        match self.tuples.first() {
            Some(next) => {
                self.enter(self.phase.with_selected(*next));
                // The peer has yet to notice that its path is gone.
                self.consent.extend(now);
            }
            None => self.disconnect(),
        }
    }

    /// Starts over with new credentials. The old ones stay valid until a request with the new ones comes, and what is
    /// selected stays selected until then.
    pub fn restart(&mut self, credentials: Credentials, now: Instant) {
        let old = std::mem::replace(&mut self.current, Login::new(credentials));
        self.retire_previous();
        self.previous = Some(old);
        self.last_nomination = 0;
        self.consent.extend(now);
    }

    /// When [`Self::handle_timeout`] is due; `None` if never.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.consent.deadline()
    }

    /// Drops all paths if the peer's consent has expired (RFC 7675, section 5.1).
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.consent.is_expired(now) {
            return;
        }
        self.events
            .extend(self.tuples.drain(..).map(IceEvent::TupleRemoved));
        self.disconnect();
    }

    /// The next event, to be called after every input until there is none.
    pub fn poll_event(&mut self) -> Option<IceEvent> {
        self.events.pop_front()
    }

    /// The checks on a request, in mediasoup's order.
    fn check(&self, request: &Message<'_>) -> Result<Proof, Refusal> {
        if request.method != Method::BINDING {
            return Err(Refusal::UnknownMethod);
        }
        if !request.has_fingerprint() {
            return Err(Refusal::NoFingerprint);
        }
        if request.attributes.priority.is_none() {
            return Err(Refusal::NoPriority);
        }
        let proof = self.authenticate(request)?;
        if request.attributes.ice_controlled.is_some() {
            return Err(Refusal::RoleConflict);
        }
        Ok(proof)
    }

    fn authenticate(&self, request: &Message<'_>) -> Result<Proof, Refusal> {
        let username = request.attributes.username.ok_or(Refusal::MalformedAuth)?;
        if !request.has_integrity() {
            return Err(Refusal::MalformedAuth);
        }
        if self.current.admits(request, username) {
            return Ok(Proof::Current);
        }
        match &self.previous {
            Some(previous) if previous.admits(request, username) => Ok(Proof::Previous),
            _ => Err(Refusal::Unauthenticated),
        }
    }

    fn key_of(&self, proof: Proof) -> &IntegrityKey {
        match (proof, &self.previous) {
            (Proof::Previous, Some(previous)) => &previous.key,
            _ => &self.current.key,
        }
    }

    fn accept(&mut self, attributes: &Attributes<'_>, proof: Proof, tuple: Tuple, now: Instant) {
        if proof == Proof::Current {
            self.retire_previous();
        }
        self.add(tuple);
        self.advance(attributes, tuple);
        if self.phase.selected().is_some() {
            self.consent.start(now);
        }
    }

    fn retire_previous(&mut self) {
        if let Some(previous) = self.previous.take() {
            self.events
                .push_back(IceEvent::UfragRetired(previous.ufrag()));
        }
    }

    /// Makes the tuple known. Of too many the oldest goes that is not selected.
    fn add(&mut self, tuple: Tuple) {
        if self.is_valid(tuple) {
            return;
        }
        self.tuples.insert(0, tuple);
        self.events.push_back(IceEvent::TupleAdded(tuple));
        if self.tuples.len() <= MAX_TUPLES {
            return;
        }
        let selected = self.phase.selected();
        let oldest = self
            .tuples
            .iter()
            .rposition(|known| *known != tuple && Some(*known) != selected);
        if let Some(position) = oldest {
            let gone = self.tuples.remove(position);
            self.events.push_back(IceEvent::TupleRemoved(gone));
        }
    }

    /// What a valid request does to state and selection.
    fn advance(&mut self, attributes: &Attributes<'_>, tuple: Tuple) {
        let Attributes {
            use_candidate,
            nomination,
            ..
        } = *attributes;
        let newer = nomination.filter(|value| *value > self.last_nomination);
        let next = match self.phase {
            Phase::Completed { .. } if use_candidate || newer.is_some() => {
                Phase::Completed { selected: tuple }
            }
            Phase::Completed { .. } => return,
            _ if newer.is_some() || (use_candidate && nomination.is_none()) => {
                Phase::Completed { selected: tuple }
            }
            Phase::New | Phase::Disconnected if !use_candidate && nomination.is_none() => {
                Phase::Connected { selected: tuple }
            }
            _ => return,
        };
        self.last_nomination = newer.unwrap_or(self.last_nomination);
        self.enter(next);
    }

    /// Reports what the next phase changes, the selection before the state.
    fn enter(&mut self, next: Phase) {
        let last = std::mem::replace(&mut self.phase, next);
        if let Some(selected) = next
            .selected()
            .filter(|selected| last.selected() != Some(*selected))
        {
            self.events
                .push_back(IceEvent::SelectedTupleChanged(selected));
        }
        if next.state() != last.state() {
            self.events.push_back(IceEvent::StateChanged(next.state()));
        }
    }

    fn disconnect(&mut self) {
        self.last_nomination = 0;
        self.consent.stop();
        self.enter(Phase::Disconnected);
    }
}
