//! A link emulator with real queues and virtual time (development only).
//!
//! A [`Link`] is one direction of a path: a policer, a queue in front of a bottleneck of some rate, and a wire behind
//! it with propagation delay, jitter, loss, reordering and duplication. Each packet takes the time that its bits take;
//! delay comes from the queue, not from a dice. A [`Network`] connects hosts by such links, an uplink and a downlink
//! each, and carries datagrams between socket addresses.
//!
//! Nothing here knows a clock: `now` is given, nothing sleeps, and randomness comes from a seed. Equal seeds and equal
//! calls give equal traces. After every input look at `poll_timeout`, and drain `deliver` at that time:
//!
//! ```
//! use std::time::{Duration, Instant};
//! use miso_netsim::{Buffer, LinkConfig, Network};
//! use miso_wire::Bitrate;
//!
//! let start = Instant::now();
//! let mut net = Network::new(42, start);
//! let dsl = LinkConfig::default()
//!     .rate(Bitrate::kbps(1000))
//!     .delay(Duration::from_millis(15))
//!     .buffer(Buffer::Time(Duration::from_millis(200)))
//!     .random_loss(0.01);
//! net.add_host("10.0.0.1".parse()?, dsl, LinkConfig::default());
//! net.add_host("10.0.0.2".parse()?, LinkConfig::default(), LinkConfig::default());
//!
//! let (from, to) = ("10.0.0.1:5000".parse()?, "10.0.0.2:6000".parse()?);
//! for _ in 0..100 {
//!     assert!(net.send(from, to, &[0; 1000], start));
//! }
//! let mut now = start;
//! let mut arrived = 0;
//! while let Some(at) = net.poll_timeout() {
//!     now = at;
//!     while let Some(datagram) = net.deliver(now) {
//!         assert_eq!(datagram.to, to);
//!         arrived += 1;
//!     }
//! }
//! // 200 ms of queue hold some 25 packets; the rest was dropped at the tail.
//! assert!((20..30).contains(&arrived));
//! # Ok::<(), std::net::AddrParseError>(())
//! ```

mod config;
mod histogram;
mod link;
mod loss;
mod network;
mod pcap;
mod policer;
mod stats;

pub use config::{Buffer, LinkConfig, Policer};
pub use histogram::Histogram;
pub use link::Link;
pub use loss::GilbertElliott;
pub use network::{CapturePoint, Datagram, HostId, LinkId, Network};
pub use stats::{LinkDrops, LinkStats};
