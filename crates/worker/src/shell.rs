//! The loop of the program: wait, read the clock, receive, carry out requests, transmit, tell.

use std::fs::File;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use miso_netio::{Event, Events, Interest, Token, take_inherited};
use miso_secure::{Certificate, DtlsContext};
use miso_sfu::command::Command;
use miso_sfu::{RouterId, Worker, WorkerConfig};
use miso_worker_schema::fbs::{message, notification};
use planus::ReadAsRoot;
use rand::rngs::{OsRng, StdRng};
use rand::{SeedableRng, TryRngCore};
use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

use crate::channel::{Channel, Frame};
use crate::clock::Clock;
use crate::core::Core;
use crate::log::Level;
use crate::names::{Entry, Kind, Names};
use crate::net::Net;
use crate::refusal::Refusal;
use crate::report::{self, DropReport};
use crate::settings::Settings;
use crate::stderr::complain;
use crate::{notification as notifications, request};

/// Descriptor of requests.
const READ_FD: i32 = 3;
/// Descriptor of answers.
const WRITE_FD: i32 = 4;
const READER: Token = Token(0);
const WRITER: Token = Token(1);
const SIGNALS: Token = Token(2);
/// Sources that one wait tells of; others come with the next.
const EVENTS_PER_WAIT: usize = 256;
/// Requests per wake-up. More answers bursts sooner, less keeps media from waiting.
const MAX_MESSAGES: usize = 64;

/// Runs the worker until the library closes it or is gone.
///
/// # Errors
/// When something is missing that it cannot work without.
pub(crate) fn run(settings: Settings) -> io::Result<()> {
    let reader = File::from(take_inherited(READ_FD)?);
    let writer = File::from(take_inherited(WRITE_FD)?);
    let mut shell = Shell::new(Channel::new(reader, writer), settings)?;
    shell.start()?;
    let outcome = shell.serve();
    shell.stop();
    outcome
}

struct Shell {
    core: Core,
    channel: Channel,
    signals: UnixStream,
    drops: DropReport,
    /// Whether the library's pipe is watched for answers having room.
    waits_for_room: bool,
    /// Whether requests are not read, since too many answers wait.
    is_paused: bool,
    /// Whether received requests are left.
    has_backlog: bool,
    /// Whether it was told to end.
    is_ending: bool,
}

impl Shell {
    fn new(channel: Channel, settings: Settings) -> io::Result<Self> {
        let now = Instant::now();
        let certificate = match settings.certificate {
            Some(certificate) => certificate,
            None => Certificate::generate(SystemTime::now()).map_err(io::Error::other)?,
        };
        let mut seeds = [[0; 32]; 2];
        for seed in &mut seeds {
            OsRng.try_fill_bytes(seed).map_err(io::Error::other)?;
        }
        let [seed, port_seed] = seeds;
        let worker = Worker::new(WorkerConfig {
            dtls: DtlsContext::new(certificate).map_err(io::Error::other)?,
            seed,
            unix_time_at_start: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            start: now,
        });
        Ok(Self {
            core: Core {
                worker,
                names: Names::default(),
                net: Net::new()?,
                transports: Default::default(),
                servers: Default::default(),
                log: settings.log,
                ports: settings.ports,
                clock: Clock::starting_at(now),
                random: StdRng::from_seed(port_seed),
            },
            channel,
            signals: catch_signals()?,
            drops: DropReport::default(),
            waits_for_room: false,
            is_paused: false,
            has_backlog: false,
            is_ending: false,
        })
    }

    fn start(&mut self) -> io::Result<()> {
        let poller = &mut self.core.net.poller;
        poller.add(&self.channel.reader(), READER, Interest::Read)?;
        poller.add(&self.channel.writer(), WRITER, Interest::Read)?;
        poller.add(&self.signals, SIGNALS, Interest::Read)?;
        let pid = std::process::id().to_string();
        self.channel
            .notify(pid, notification::Event::WorkerRunning, None);
        self.flush()
    }

    fn serve(&mut self) -> io::Result<()> {
        let mut ready = Events::with_capacity(EVENTS_PER_WAIT);
        while !self.is_ending {
            let timeout = self.time_to_wait();
            self.core.net.poller.wait(timeout, &mut ready)?;
            self.handle_timers(Instant::now());
            for event in &ready {
                self.handle_event(*event);
            }
            self.handle_messages();
            self.settle(Instant::now());
            if self.flush().is_err() {
                // The library is gone.
                self.is_ending = true;
            }
        }
        Ok(())
    }

    fn time_to_wait(&self) -> Option<Duration> {
        if self.has_backlog && !self.is_paused {
            return Some(Duration::ZERO);
        }
        let deadlines = [
            self.core.worker.poll_timeout(),
            self.core.net.sweep_at(),
            self.drops.poll_timeout(),
        ];
        let next = deadlines.into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    fn handle_timers(&mut self, now: Instant) {
        let core = &mut self.core;
        if core.worker.poll_timeout().is_some_and(|at| at <= now) {
            core.worker.handle_timeout(now);
        }
        if core.net.sweep_at().is_some_and(|at| at <= now) {
            core.net.sweep(&mut core.worker, now);
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event.token {
            // One read at a time: what was not carried out yet must not pile up.
            READER if self.has_backlog => {}
            READER => match self.channel.read() {
                Ok(_) => self.has_backlog = true,
                Err(_) => self.is_ending = true,
            },
            // Nothing is ever sent to this end: it is readable when the library is gone.
            WRITER => self.is_ending |= event.readable,
            SIGNALS => self.is_ending = true,
            token => {
                let core = &mut self.core;
                core.net.handle_ready(token, &mut core.worker);
                self.tell();
            }
        }
    }

    /// Carries out what came from the library.
    fn handle_messages(&mut self) {
        for _ in 0..MAX_MESSAGES {
            if self.is_ending || self.channel.is_congested() {
                return;
            }
            let Some(frame) = self.channel.frames.next_frame() else {
                self.has_backlog = false;
                return;
            };
            match frame {
                Frame::Message(bytes) => self.handle_message(&bytes),
                Frame::TooLong(length) => {
                    complain(format_args!(
                        "a message of {length} bytes is over the limit and dropped"
                    ));
                }
            }
        }
    }

    fn handle_message(&mut self, bytes: &[u8]) {
        let now = Instant::now();
        let body = message::MessageRef::read_as_root(bytes).and_then(|message| message.data());
        match body {
            Ok(message::BodyRef::Request(request)) => {
                if let Some(response) = request::handle(&mut self.core, request, now) {
                    if let Some(reason) = &response.reason {
                        let text = format!("request refused: {reason}");
                        self.log(Level::Warn, ("Worker::handleRequest", &text));
                    } else if let Ok(method) = request.method()
                        && let Some(line) = report::of_request(self.core.log, method)
                    {
                        self.channel.log(line);
                    }
                    self.channel.respond(response);
                } else {
                    self.log(
                        Level::Error,
                        ("Channel::read", "request without readable id dropped"),
                    );
                }
            }
            Ok(message::BodyRef::Notification(notification)) => {
                match notifications::handle(&mut self.core, notification, now) {
                    Ok(is_close) => self.is_ending |= is_close,
                    Err(Refusal(error)) => {
                        let text = format!("notification dropped: {error}");
                        self.log(Level::Error, ("Worker::handleNotification", &text));
                    }
                }
            }
            Ok(_) => self.log(
                Level::Error,
                ("Channel::read", "neither request nor notification"),
            ),
            Err(error) => {
                let text = format!("malformed message dropped: {error}");
                self.log(Level::Error, ("Channel::read", &text));
            }
        }
        // Before the next message: what this one caused belongs between the two answers.
        self.tell();
    }

    fn log(&mut self, level: Level, line: (&str, &str)) {
        if let Some(line) = self.core.log.line(level, &[], line) {
            self.channel.log(line);
        }
    }

    /// Sends everything that the core has to send, tells what happened, and closes what is done with.
    fn settle(&mut self, now: Instant) {
        let core = &mut self.core;
        core.net.transmit(&mut core.worker, now);
        self.tell();
        self.core.net.close_pending();
        for line in self.drops.lines(&self.core, now) {
            self.channel.log(line);
        }
    }

    fn tell(&mut self) {
        while let Some(event) = self.core.worker.poll_event() {
            if let Some(line) = report::of_event(&self.core, &event) {
                self.channel.log(line);
            }
            notifications::tell(&mut self.core, &mut self.channel, event);
        }
    }

    /// Writes answers, and sees to it that the rest follows.
    fn flush(&mut self) -> io::Result<()> {
        self.channel.flush()?;
        let waits = self.channel.has_queued();
        if waits != self.waits_for_room {
            self.waits_for_room = waits;
            let interest = if waits {
                Interest::ReadWrite
            } else {
                Interest::Read
            };
            let writer = self.channel.writer();
            self.core.net.poller.change(&writer, WRITER, interest)?;
        }
        let congested = self.channel.is_congested();
        if congested != self.is_paused {
            self.is_paused = congested;
            let reader = self.channel.reader();
            if congested {
                self.core.net.poller.remove(&reader)?;
            } else {
                self.core.net.poller.add(&reader, READER, Interest::Read)?;
            }
        }
        Ok(())
    }

    /// Closes all routers, so that peers learn of it.
    fn stop(&mut self) {
        let now = Instant::now();
        let is_router = |entry: &Entry| entry.kind == Kind::Router;
        for id in self.core.names.ids(is_router) {
            if let Some(number) = self.core.find(&id, Kind::Router) {
                // It is there.
                let _closed = self.core.ask(Command::CloseRouter(RouterId(number)), now);
            }
        }
        let core = &mut self.core;
        core.net.transmit(&mut core.worker, now);
        if self.channel.dropped() > 0 {
            let count = self.channel.dropped();
            complain(format_args!(
                "{count} notifications were dropped since they were not read in time"
            ));
        }
        // The library may be gone.
        let _gone = self.channel.flush();
    }
}

/// The end that becomes readable when the program is asked to end. Signals that mean nothing here are ignored.
fn catch_signals() -> io::Result<UnixStream> {
    let (receiver, sender) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        signal_hook::low_level::pipe::register(signal, sender.try_clone()?)?;
    }
    let nobody_looks = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGALRM, SIGUSR1, SIGUSR2] {
        signal_hook::flag::register(signal, Arc::clone(&nobody_looks))?;
    }
    Ok(receiver)
}
