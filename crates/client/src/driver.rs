//! The task of a transport: owns its socket and the WebRTC stack.
//!
//! Handles talk to it by a bounded channel of commands. What is closed or dropped goes another way, a list with at
//! most one entry for each object, so that dropping never waits and is never lost.

mod command;
mod data;
mod media;
mod network;
mod setup;

use std::sync::Arc;
use std::time::Instant;

use str0m::net::Receive;
use str0m::{Event, IceConnectionState, Input, Output, Rtc};
use tokio::sync::{mpsc, watch};

use crate::signaling::{Change, SharedSignaling};
use crate::transport::TransportState;

pub(crate) use command::{
    Closed, Closer, Closing, Command, Inbox, OpenChannel, Port, RecvStream, SendMessage, SendStream,
};
pub(crate) use setup::{Certificate, Side, start};

use data::Channels;
use media::{Receivers, Senders};
use network::{Datagram, Network};

/// Outputs that are taken in a row before the task looks at its inputs again. More: longer deaf under load. Less:
/// more wake-ups.
const MAX_OUTPUTS: usize = 10_000;

struct Driver {
    rtc: Rtc,
    network: Network,
    commands: mpsc::Receiver<Command>,
    closing: Arc<Closing>,
    state: watch::Sender<TransportState>,
    signaling: SharedSignaling,
    senders: Senders,
    receivers: Receivers,
    channels: Channels,
}

impl Drop for Driver {
    /// However the task ends, those who wait for its transport are told.
    fn drop(&mut self) {
        self.state.send_replace(TransportState::Closed);
    }
}

/// Why the task ends.
enum End {
    /// The handle is closed or gone.
    Local,
    /// The other side said goodbye, or the stack gave up.
    Remote,
}

/// What happens next.
enum Wake {
    Datagram(Datagram),
    NetworkGone,
    Command(Command),
    HandlesGone,
    Closing,
    Timer,
}

impl Driver {
    async fn run(mut self) {
        let end = loop {
            let at = match self.drain().await {
                Ok(at) => at,
                Err(end) => break end,
            };
            let wake = tokio::select! {
                received = self.network.receive() => received.map_or(Wake::NetworkGone, Wake::Datagram),
                command = self.commands.recv() => command.map_or(Wake::HandlesGone, Wake::Command),
                () = self.closing.wait() => Wake::Closing,
                () = tokio::time::sleep_until(at.into()) => Wake::Timer,
            };
            if let Some(end) = self.handle(wake) {
                break end;
            }
        };
        if matches!(end, End::Local) {
            // First what is still to be sent, then the goodbye.
            let _ = self.drain().await;
            // What cannot be said is not said: the server notices by itself.
            let _ = self.rtc.close();
            let _ = self.drain().await;
        }
    }

    fn handle(&mut self, wake: Wake) -> Option<End> {
        match wake {
            Wake::Datagram(datagram) => self.receive(&datagram),
            Wake::NetworkGone => return Some(End::Remote),
            Wake::Command(command) => self.execute(command),
            Wake::HandlesGone => return Some(End::Local),
            Wake::Closing => return self.take_closed(),
            Wake::Timer => self.tick(),
        }
        None
    }

    fn receive(&mut self, datagram: &Datagram) {
        let bytes = self.network.bytes(datagram);
        let Ok(receive) = Receive::new(datagram.protocol, datagram.from, datagram.to, bytes) else {
            return;
        };
        let now = Instant::now();
        // A packet that the stack dislikes is a lost packet.
        let _ = self.rtc.handle_input(Input::Receive(now, receive));
    }

    fn tick(&mut self) {
        // Errors of a timeout come again from the next poll.
        let _ = self.rtc.handle_input(Input::Timeout(Instant::now()));
    }

    fn execute(&mut self, command: Command) {
        match command {
            Command::Send(stream) => self.senders.add(&mut self.rtc, stream),
            Command::Rtp { ssrc, packets } => {
                self.senders.write(&mut self.rtc, ssrc, packets);
                self.tick();
            }
            Command::Receive(stream) => self.receivers.add(&mut self.rtc, stream),
            Command::KeyFrame(ssrc) => self.receivers.request_key_frame(&mut self.rtc, ssrc),
            Command::Open(channel) => self.channels.open(&mut self.rtc, channel),
            Command::Message(message) => {
                self.channels.write(&mut self.rtc, message);
                self.tick();
            }
            Command::RestartIce(credentials) => {
                let mut api = self.rtc.direct_api();
                api.set_local_ice_credentials(str0m::IceCreds::new());
                api.set_remote_ice_credentials(credentials);
            }
        }
    }

    /// Removes what was closed or dropped.
    fn take_closed(&mut self) -> Option<End> {
        for closed in self.closing.take() {
            match closed {
                Closed::Transport => {
                    self.finish_commands();
                    return Some(End::Local);
                }
                Closed::Sender { ssrc, last_word } => {
                    let was_there = self.senders.remove(&mut self.rtc, ssrc);
                    self.say(last_word.filter(|_| was_there));
                }
                Closed::Receiver { ssrc, last_word } => {
                    let was_there = self.receivers.remove(&mut self.rtc, ssrc);
                    self.say(last_word.filter(|_| was_there));
                }
                Closed::Channel(stream) => self.channels.close(&mut self.rtc, stream),
            }
        }
        self.tick();
        None
    }

    /// Does what was asked before the end; no more than fits the channel.
    fn finish_commands(&mut self) {
        for _ in 0..command::MAX_COMMANDS {
            match self.commands.try_recv() {
                Ok(command) => self.execute(command),
                Err(_) => return,
            }
        }
    }

    /// Tells the server of an end. Nobody is left to hear of a failure; the server forgets it with the transport.
    fn say(&self, last_word: Option<Change>) {
        if let Some(change) = last_word {
            let signaling = Arc::clone(&self.signaling);
            tokio::spawn(async move { signaling.update(change).await });
        }
    }

    /// Takes everything out that the stack has; when to come again.
    async fn drain(&mut self) -> Result<Instant, End> {
        for _ in 0..MAX_OUTPUTS {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    if !self.rtc.is_alive() {
                        return Err(End::Remote);
                    }
                    if !self.channels.retry(&mut self.rtc) {
                        return Ok(at);
                    }
                    self.tick();
                }
                Ok(Output::Transmit(transmit)) => self.network.send(&transmit).await,
                Ok(Output::Event(Event::Closed)) | Err(_) => return Err(End::Remote),
                Ok(Output::Event(event)) => self.handle_event(event),
            }
        }
        Ok(Instant::now())
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::Connected => drop(self.state.send_replace(TransportState::Connected)),
            Event::IceConnectionStateChange(state) => self.handle_ice(state),
            Event::RtpPacket(packet) => self.receivers.receive(packet),
            Event::KeyframeRequest(request) => self.senders.key_frame_requested(request.mid),
            Event::MediaEgressStats(stats) => self.senders.measure(&stats),
            Event::MediaIngressStats(stats) => self.receivers.measure(&stats),
            Event::ChannelOpen(id, _) => self.channels.opened(id),
            Event::ChannelClose(id) => self.channels.closed(id),
            Event::ChannelData(data) => self.channels.receive(data),
            _ => {}
        }
    }

    fn handle_ice(&self, ice: IceConnectionState) {
        use TransportState as State;
        self.state.send_if_modified(|state| {
            let next = match (ice, *state) {
                (IceConnectionState::Disconnected, State::Connected) => State::Disconnected,
                (
                    IceConnectionState::Connected | IceConnectionState::Completed,
                    State::Disconnected,
                ) => State::Connected,
                _ => return false,
            };
            *state = next;
            true
        });
    }
}
