//! The loop of a worker's thread: wait, read the clock, receive, transmit, tell.
//!
//! Work per wake-up is bounded by the constants below, so that nobody waits for one busy source for long.

use std::io;
use std::time::{Duration, Instant};

use miso_ice::Protocol;
use miso_netio::{Event as Ready, Events};
use miso_sfu::command::Response;
use miso_sfu::event::Event;
use miso_sfu::{CommandError, Worker};

use super::connections::{ConnectionKey, Read};
use super::io::{Io, Source};
use super::job::{Job, OnSockets};
use super::thread::Host;
use crate::metrics::WorkerMetrics;

/// Receive calls per wake-up and UDP socket. More saves waits under load, less lets timers and requests in sooner.
const MAX_RECV_CALLS: usize = 8;
/// Receive calls per wake-up and TCP connection.
const MAX_TCP_READS: usize = 4;
/// Requests per wake-up. More answers bursts sooner, less keeps media from waiting.
const MAX_JOBS: usize = 32;
/// Sockets that one wait tells of; others come with the next.
const EVENTS_PER_WAIT: usize = 256;

/// Why the loop ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// It was told to.
    Stopped,
    /// It cannot wait for its sockets any more.
    Lost(io::Error),
}

/// A core at work.
pub(super) struct Turn<'a> {
    core: Worker,
    io: &'a mut Io,
    host: &'a mut Host,
    /// Whether requests may be left in the mailbox.
    has_backlog: bool,
}

impl<'a> Turn<'a> {
    /// A core that begins. What was asked of the one before is refused by it.
    pub(super) fn new(core: Worker, io: &'a mut Io, host: &'a mut Host) -> Self {
        Self {
            core,
            io,
            host,
            has_backlog: true,
        }
    }

    /// Works until told to stop.
    pub(super) fn run(mut self) -> Ending {
        let mut ready = Events::with_capacity(EVENTS_PER_WAIT);
        loop {
            let timeout = self.time_to_wait();
            if let Err(error) = self.io.poller.wait(timeout, &mut ready) {
                return Ending::Lost(error);
            }
            self.host.wake_ups += 1;
            self.handle_timers(Instant::now());
            for source in &ready {
                self.handle_source(*source);
            }
            if (ready.woken() || self.has_backlog) && self.handle_jobs() {
                return Ending::Stopped;
            }
        }
    }

    fn time_to_wait(&self) -> Option<Duration> {
        if self.has_backlog {
            return Some(Duration::ZERO);
        }
        let deadlines = [self.core.poll_timeout(), self.io.sweep_at()];
        let next = deadlines.into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    fn handle_timers(&mut self, now: Instant) {
        if self.core.poll_timeout().is_some_and(|at| at <= now) {
            self.core.handle_timeout(now);
            self.drain(now);
        }
        if self.io.sweep_at().is_some_and(|at| at <= now) {
            for connection in self.io.sweep(now) {
                self.lose(connection, now);
            }
            self.drain(now);
        }
    }

    fn handle_source(&mut self, ready: Ready) {
        match Source::from_token(ready.token) {
            Source::Udp(index) => self.receive_datagrams(index),
            Source::Own(index) => self.receive_own_datagrams(index),
            Source::Listener(index) => self.io.accept(index, Instant::now()),
            Source::Connection(key) => {
                if ready.writable
                    && self
                        .io
                        .connections
                        .flush(key, &mut self.io.poller)
                        .is_some()
                {
                    self.lose(key, Instant::now());
                }
                if ready.readable {
                    self.receive_frames(key);
                }
            }
        }
    }

    /// Hands everything that a receive call gave to the core, then serves all consumers of it at once.
    fn receive_datagrams(&mut self, index: usize) {
        for _ in 0..MAX_RECV_CALLS {
            let Some(socket) = self.io.udp.get_mut(index) else {
                return;
            };
            match socket.recv(&mut self.io.received) {
                Ok(0) => return,
                Ok(count) => self.io.counters.udp_packets_received += count as u64,
                Err(_) => {
                    self.io.counters.udp_receive_errors += 1;
                    return;
                }
            }
            let now = Instant::now();
            for datagram in self.io.received.datagrams_mut() {
                self.io.counters.udp_bytes_received += datagram.payload.len() as u64;
                let path = (datagram.local, datagram.remote);
                self.core
                    .handle_datagram(datagram.payload, Protocol::Udp, path, now);
            }
            self.drain(now);
            if !self.io.received.is_full() {
                return;
            }
        }
    }

    /// The same for a socket that belongs to one transport.
    fn receive_own_datagrams(&mut self, index: usize) {
        for _ in 0..MAX_RECV_CALLS {
            let Some(own) = self.io.own.get_mut(index) else {
                return;
            };
            match own.socket.recv(&mut self.io.received) {
                Ok(0) => return,
                Ok(count) => self.io.counters.udp_packets_received += count as u64,
                Err(_) => {
                    self.io.counters.udp_receive_errors += 1;
                    return;
                }
            }
            let (transport, local) = (own.transport, own.bound);
            let now = Instant::now();
            for datagram in self.io.received.datagrams_mut() {
                self.io.counters.udp_bytes_received += datagram.payload.len() as u64;
                let path = (local, datagram.remote);
                self.core
                    .handle_own_datagram(transport, datagram.payload, path, now);
            }
            self.drain(now);
            if !self.io.received.is_full() {
                return;
            }
        }
    }

    fn receive_frames(&mut self, key: ConnectionKey) {
        for _ in 0..MAX_TCP_READS {
            let now = Instant::now();
            let core = &mut self.core;
            let read = self
                .io
                .connections
                .read(key, &mut self.io.counters, now, |frame, tuple| {
                    core.handle_datagram(
                        frame,
                        Protocol::Tcp,
                        (tuple.local(), tuple.remote()),
                        now,
                    );
                });
            match read {
                Read::Some => self.drain(now),
                Read::Empty => return,
                Read::Over => {
                    self.lose(key, now);
                    self.drain(now);
                    return;
                }
            }
        }
    }

    /// Closes a connection that is of no more use, and tells the core.
    fn lose(&mut self, key: ConnectionKey, now: Instant) {
        if let Some(tuple) = self.io.connections.close(key, &mut self.io.poller) {
            self.core
                .handle_connection_closed(tuple.local(), tuple.remote(), now);
        }
    }

    /// Carries out requests. Whether it is to stop.
    fn handle_jobs(&mut self) -> bool {
        self.has_backlog = true;
        for _ in 0..MAX_JOBS {
            let Ok(job) = self.host.jobs.try_recv() else {
                self.has_backlog = false;
                break;
            };
            if matches!(job, Job::Stop) {
                self.stop();
                return true;
            }
            self.handle_job(job);
        }
        self.drain(Instant::now());
        false
    }

    fn handle_job(&mut self, job: Job) {
        match job {
            Job::Command(command, done) => {
                self.host.requests += 1;
                done(self.core.handle_command(command, Instant::now()));
                // Before the next request: what this one caused belongs between the two answers.
                self.tell_events();
            }
            Job::OnSockets(request, done) => {
                self.host.requests += 1;
                done(self.make_on_sockets(request));
                self.tell_events();
            }
            Job::Report(answer) => {
                // Nobody may wait any more.
                let _unwanted = answer.send(self.report());
            }
            Job::Stop => {}
            #[cfg(test)]
            Job::Poison => panic!("a test asked for it"),
        }
    }

    /// Opens sockets and makes a transport on them.
    fn make_on_sockets(&mut self, request: OnSockets) -> Result<Response, CommandError> {
        let now = Instant::now();
        if self.io.own.has_retired() {
            // Their ports may be just those that are asked for.
            self.drain(now);
        }
        let transport = request.transport;
        let bound = self.io.open_own(transport, &request.listen)?;
        let answer = self.core.handle_command((request.command)(&bound), now);
        if answer.is_err() {
            self.io.own.close(transport, &mut self.io.poller);
        }
        answer
    }

    fn report(&self) -> WorkerMetrics {
        WorkerMetrics {
            index: self.host.shared.info.index,
            traffic: self.io.traffic(),
            drops: self.core.all_drops(),
            wake_ups: self.host.wake_ups,
            requests: self.host.requests,
            panics: self.host.panics,
            cpu_time: miso_netio::process::thread_cpu_time().unwrap_or_default(),
            ..WorkerMetrics::default()
        }
    }

    /// Closes all routers, so that peers learn of it, and answers what was asked before.
    fn stop(&mut self) {
        for router in self.host.shared.routers() {
            router.close();
        }
        while let Ok(job) = self.host.jobs.try_recv() {
            self.handle_job(job);
        }
        self.drain(Instant::now());
    }

    /// Sends everything that the core has to send, then tells what happened.
    fn drain(&mut self, now: Instant) {
        loop {
            self.core.poll_transmit(&mut self.io.batch, now);
            if self.io.batch.is_empty() {
                break;
            }
            for connection in self.io.flush() {
                self.lose(connection, now);
            }
        }
        self.tell_events();
        self.io.own.close_retired(&mut self.io.poller);
    }

    fn tell_events(&mut self) {
        while let Some(event) = self.core.poll_event() {
            match event {
                Event::CloseConnection(tuple) => {
                    self.io.connections.close_tuple(&tuple, &mut self.io.poller);
                }
                Event::CloseSockets(transport) => self.io.own.retire(transport),
                event => self.host.shared.dispatch(event),
            }
        }
    }
}
