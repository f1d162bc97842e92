//! Hosts, connected by links.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use crate::config::LinkConfig;
use crate::link::Link;
use crate::pcap::Capture;
use crate::stats::LinkStats;

/// A host of a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostId(usize);

/// A link of a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(usize);

/// A datagram that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Source.
    pub from: SocketAddr,
    /// Destination.
    pub to: SocketAddr,
    /// UDP payload.
    pub payload: Vec<u8>,
    /// When it was given to [`Network::send`].
    pub sent_at: Instant,
    /// When it arrived; may be earlier than the time that [`Network::deliver`] was called with.
    pub arrived_at: Instant,
}

/// Where packets are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapturePoint {
    /// As they leave their sender, so that lost ones are seen too.
    Sent,
    /// As they arrive.
    Received,
}

/// Links that a datagram still has to pass, the next one last. Uplink, an optional link between the two hosts,
/// downlink.
type Route = [Option<LinkId>; 3];

#[derive(Clone)]
struct Transit {
    datagram: Datagram,
    route: Route,
}

/// Hosts, each with an uplink and a downlink to a core that is perfect unless
/// [`connect`](Self::connect) puts a link between two of them. All ports of a host share its links.
pub struct Network {
    start: Instant,
    seed: u64,
    links: Vec<Link<Transit>>,
    hosts: Vec<Host>,
    addresses: HashMap<IpAddr, HostId>,
    /// Links in the core by direction.
    core: HashMap<(HostId, HostId), LinkId>,
    /// When which link is to be looked at. Entries that `scheduled` does not confirm are void, and never on top.
    agenda: BinaryHeap<Reverse<(Instant, LinkId)>>,
    /// The valid entry of each link.
    scheduled: Vec<Option<Instant>>,
    arrived: VecDeque<Datagram>,
    unroutable: u64,
    capture: Option<(CapturePoint, Capture)>,
}

struct Host {
    up: LinkId,
    down: LinkId,
}

impl Network {
    /// A network without hosts. All randomness comes from `seed`.
    pub fn new(seed: u64, now: Instant) -> Self {
        Self {
            start: now,
            seed,
            links: Vec::new(),
            hosts: Vec::new(),
            addresses: HashMap::new(),
            core: HashMap::new(),
            agenda: BinaryHeap::new(),
            scheduled: Vec::new(),
            arrived: VecDeque::new(),
            unroutable: 0,
            capture: None,
        }
    }

    /// Adds a host with this address. The address must be new; otherwise it moves to the new host, which is how a
    /// change of network is played.
    pub fn add_host(&mut self, address: IpAddr, up: LinkConfig, down: LinkConfig) -> HostId {
        let host = HostId(self.hosts.len());
        let (up, down) = (self.add_link(up), self.add_link(down));
        self.hosts.push(Host { up, down });
        self.add_address(host, address);
        host
    }

    /// Gives a host one more address: IPv6, or another machine behind the same access.
    pub fn add_address(&mut self, host: HostId, address: IpAddr) {
        self.addresses.insert(address, host);
    }

    /// Puts a link between two hosts, in one direction, or replaces the one that is there.
    pub fn connect(&mut self, from: HostId, to: HostId, config: LinkConfig) -> LinkId {
        let link = self.add_link(config);
        self.core.insert((from, to), link);
        link
    }

    /// The link from a host to the core; `None` for a host of another network.
    pub fn uplink(&self, host: HostId) -> Option<LinkId> {
        self.hosts.get(host.0).map(|host| host.up)
    }

    /// The link from the core to a host; `None` for a host of another network.
    pub fn downlink(&self, host: HostId) -> Option<LinkId> {
        self.hosts.get(host.0).map(|host| host.down)
    }

    /// Makes a link another from now on, see [`Link::configure`].
    pub fn configure(&mut self, link: LinkId, config: LinkConfig, now: Instant) {
        self.run(now);
        if let Some(target) = self.links.get_mut(link.0) {
            target.configure(config, now);
        }
        self.schedule(link);
    }

    /// What a link is like.
    pub fn config(&self, link: LinkId) -> Option<&LinkConfig> {
        self.links.get(link.0).map(Link::config)
    }

    /// The counters of a link.
    pub fn stats(&self, link: LinkId) -> Option<&LinkStats> {
        self.links.get(link.0).map(Link::stats)
    }

    /// The counters of a link, which begin anew.
    pub fn take_stats(&mut self, link: LinkId) -> Option<LinkStats> {
        self.links.get_mut(link.0).map(Link::take_stats)
    }

    /// Datagrams from or to an address that no host has.
    pub fn unroutable(&self) -> u64 {
        self.unroutable
    }

    /// Sends a datagram. `false`, and counted, if a host is missing; a datagram that links drop counts as sent.
    pub fn send(&mut self, from: SocketAddr, to: SocketAddr, payload: &[u8], now: Instant) -> bool {
        self.run(now);
        let Some(route) = self.route(from.ip(), to.ip()) else {
            self.unroutable += 1;
            return false;
        };
        let datagram = Datagram {
            from,
            to,
            payload: payload.to_vec(),
            sent_at: now,
            arrived_at: now,
        };
        self.record(CapturePoint::Sent, &datagram, now);
        self.forward(Transit { datagram, route }, now);
        self.discard_void();
        true
    }

    /// When to call [`deliver`](Self::deliver) next; may be in the past. `None` when nothing is under way.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let arrived = self.arrived.front().map(|datagram| datagram.arrived_at);
        let due = self.agenda.peek().map(|Reverse((at, _))| *at);
        arrived.or(due)
    }

    /// The next datagram that has arrived by `now`, in the order of arrival.
    pub fn deliver(&mut self, now: Instant) -> Option<Datagram> {
        if self.arrived.is_empty() {
            self.run(now);
        }
        let due = self
            .arrived
            .front()
            .is_some_and(|datagram| datagram.arrived_at <= now);
        if due { self.arrived.pop_front() } else { None }
    }

    /// Begins to capture at this point; what was captured before is dropped.
    pub fn start_capture(&mut self, point: CapturePoint) {
        self.capture = Some((point, Capture::new()));
    }

    /// Ends capturing. The bytes are a pcap file; its time begins with that of the network.
    pub fn take_capture(&mut self) -> Option<Vec<u8>> {
        self.capture.take().map(|(_, capture)| capture.into_bytes())
    }

    fn add_link(&mut self, config: LinkConfig) -> LinkId {
        let link = LinkId(self.links.len());
        // An odd factor keeps seeds of different links, and of neighbouring networks, apart.
        let number = (self.links.len() as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.links
            .push(Link::new(config, self.seed ^ number, self.start));
        self.scheduled.push(None);
        link
    }

    fn route(&self, from: IpAddr, to: IpAddr) -> Option<Route> {
        let (from, to) = (*self.addresses.get(&from)?, *self.addresses.get(&to)?);
        if from == to {
            return Some([None; 3]);
        }
        Some([
            self.downlink(to),
            self.core.get(&(from, to)).copied(),
            self.uplink(from),
        ])
    }

    /// Puts a datagram into the next link of its route, or hands it out where there is none.
    fn forward(&mut self, mut transit: Transit, at: Instant) {
        let next = transit.route.iter_mut().rev().find_map(Option::take);
        let Some(link) = next else {
            transit.datagram.arrived_at = at;
            self.record(CapturePoint::Received, &transit.datagram, at);
            self.arrived.push_back(transit.datagram);
            return;
        };
        if let Some(target) = self.links.get_mut(link.0) {
            let len = transit.datagram.payload.len();
            target.send(transit, len, at);
        }
        self.schedule(link);
    }

    /// Lets everything happen that is due by `now`, in the order of time.
    fn run(&mut self, now: Instant) {
        while let Some(Reverse((at, link))) = self
            .agenda
            .peek()
            .copied()
            .filter(|Reverse((at, _))| *at <= now)
        {
            self.agenda.pop();
            if let Some(scheduled) = self.scheduled.get_mut(link.0)
                && *scheduled == Some(at)
            {
                *scheduled = None;
                while let Some((_, transit)) =
                    self.links.get_mut(link.0).and_then(|link| link.recv(at))
                {
                    self.forward(transit, at);
                }
                self.schedule(link);
            }
        }
        self.discard_void();
    }

    /// Notes when a link is to be looked at next.
    fn schedule(&mut self, link: LinkId) {
        let due = self.links.get(link.0).and_then(Link::poll_timeout);
        let Some(scheduled) = self
            .scheduled
            .get_mut(link.0)
            .filter(|scheduled| **scheduled != due)
        else {
            return;
        };
        *scheduled = due;
        if let Some(at) = due {
            self.agenda.push(Reverse((at, link)));
        }
        self.discard_void();
    }

    /// Keeps the top of the agenda valid.
    fn discard_void(&mut self) {
        while let Some(Reverse((at, link))) = self.agenda.peek() {
            if self.scheduled.get(link.0).copied().flatten() == Some(*at) {
                return;
            }
            self.agenda.pop();
        }
    }

    fn record(&mut self, point: CapturePoint, datagram: &Datagram, at: Instant) {
        if let Some((wanted, capture)) = &mut self.capture
            && *wanted == point
        {
            capture.record(datagram, at.saturating_duration_since(self.start));
        }
    }
}

#[cfg(test)]
mod tests;
