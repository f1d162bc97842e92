//! Counters for operators.

use std::time::Duration;

/// What a worker does and has done since it was started; counters survive a restart after a panic, except `drops`,
/// which belong to the core that was lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerMetrics {
    /// Index of the worker.
    pub index: usize,
    /// Packets and bytes.
    pub traffic: TrafficMetrics,
    /// Open objects.
    pub objects: ObjectMetrics,
    /// What came from the network and was not used, by cause.
    pub drops: Vec<(&'static str, u64)>,
    /// Times that the thread woke up.
    pub wake_ups: u64,
    /// Requests carried out.
    pub requests: u64,
    /// Times that the worker died by a bug and was started again.
    pub panics: u64,
    /// Processor time of the thread.
    pub cpu_time: Duration,
}

impl TrafficMetrics {
    /// Counts what a send call did, but for the bytes.
    pub(crate) fn add_sent(&mut self, outcome: &miso_netio::SendOutcome) {
        self.udp_packets_sent += outcome.sent as u64;
        self.udp_send_failed += outcome.failed as u64;
        self.udp_send_blocked += outcome.blocked as u64;
        self.udp_send_calls += outcome.system_calls as u64;
    }
}

/// What went through a worker's sockets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrafficMetrics {
    /// Datagrams received.
    pub udp_packets_received: u64,
    /// Bytes of them.
    pub udp_bytes_received: u64,
    /// Datagrams that the kernel took.
    pub udp_packets_sent: u64,
    /// Bytes that were given to the kernel in datagrams.
    pub udp_bytes_sent: u64,
    /// Datagrams that the kernel refused for their destination's sake.
    pub udp_send_failed: u64,
    /// Datagrams lost because the kernel's send buffer was full.
    pub udp_send_blocked: u64,
    /// Receive calls that failed.
    pub udp_receive_errors: u64,
    /// Datagrams that the kernel dropped because the thread did not fetch them in time.
    pub udp_kernel_drops: u64,
    /// System calls for sending.
    pub udp_send_calls: u64,
    /// Frames received.
    pub tcp_frames_received: u64,
    /// Bytes received on connections.
    pub tcp_bytes_received: u64,
    /// Frames sent or queued.
    pub tcp_frames_sent: u64,
    /// Bytes of them, prefixes not counted.
    pub tcp_bytes_sent: u64,
    /// Frames lost because a peer read too slowly or its connection was gone.
    pub tcp_send_failed: u64,
    /// Connections open now.
    pub tcp_connections: u64,
    /// Connections refused because there were too many.
    pub tcp_refused: u64,
}

/// Open objects of a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectMetrics {
    /// Routers.
    pub routers: u64,
    /// Transports of all kinds.
    pub transports: u64,
    /// Producers.
    pub producers: u64,
    /// Consumers.
    pub consumers: u64,
    /// Data producers.
    pub data_producers: u64,
    /// Data consumers.
    pub data_consumers: u64,
    /// RTP observers.
    pub observers: u64,
}
