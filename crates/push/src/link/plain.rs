//! By plain RTP and RTCP over one UDP socket, encrypted if wished.

mod outlet;
mod seal;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use miso_ortc::MediaKind;
use miso_wire::{NtpTime, PacketKind, RtcpPacket, RtcpPackets, classify};
use serde::Deserialize;
use serde_json::json;
use tokio::net::UdpSocket;

use super::{LinkStats, Setup, Shot};
use crate::error::PushError;

use outlet::Outlet;
use seal::{Keys, SrtpParameters};

/// How often the server is told how the streams' clocks lie to one another. More often lets a viewer who joins see
/// sound and pictures in sync sooner; less costs fewer packets.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Packets that leave in a row. More fills the queues of routers at once, less wakes up more often for a large picture.
const BURST: usize = 12;
/// The pause behind them. A burst of 12 packets each millisecond is 110 Mbit/s.
const PAUSE: Duration = Duration::from_millis(1);
/// Longest datagram that is read.
const MAX_DATAGRAM: usize = 1_500;

/// What the server says of its transport.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    id: String,
    ip: IpAddr,
    port: u16,
    srtp_parameters: Option<SrtpParameters>,
}

/// A plain transport with RTP and RTCP on one socket, whose address the server learns from the first packet.
pub(crate) struct PlainLink {
    socket: UdpSocket,
    keys: Option<Keys>,
    outlets: Vec<Outlet>,
    /// A moment on both clocks: of timestamps, and of the world.
    clocks: (Instant, Duration),
    cname: String,
    report_at: Instant,
    key_frame_wanted: Arc<AtomicBool>,
    key_frame_requests: u64,
    round_trip: Option<Duration>,
}

impl PlainLink {
    pub(super) async fn open(setup: &Setup) -> Result<Self, PushError> {
        let keys = if setup.srtp {
            Some(Keys::generate()?)
        } else {
            None
        };
        let mut wishes = json!({ "type": "plain", "rtcpMux": true, "comedia": true });
        if let (Some(keys), Some(wishes)) = (&keys, wishes.as_object_mut()) {
            wishes.insert("enableSrtp".to_owned(), json!(true));
            wishes.insert("srtpCryptoSuite".to_owned(), json!(keys.suite_name()));
        }
        let made: Made = setup.api.create_transport(&setup.id, &wishes).await?;
        let keys = match keys {
            None => None,
            Some(keys) => {
                let body = json!({ "srtpParameters": keys.parameters() });
                setup
                    .api
                    .connect_transport(&setup.id, &made.id, &body)
                    .await?;
                Some(keys.with_servers(made.srtp_parameters.as_ref())?)
            }
        };
        let socket = connect(setup, &made).await?;
        let mut outlets = Vec::new();
        let cname = format!("{:016x}", fastrand::u64(..));
        for stream in setup.streams.iter() {
            let mut outlet = Outlet::new(stream, &setup.room, setup.epoch)?;
            let parameters = outlet.parameters(&cname);
            outlet.producer = setup
                .api
                .produce(&setup.id, &made.id, (outlet.kind(), &parameters))
                .await?;
            outlets.push(outlet);
        }
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Ok(Self {
            socket,
            keys,
            outlets,
            clocks: (Instant::now(), since_1970.unwrap_or_default()),
            cname,
            report_at: Instant::now(),
            key_frame_wanted: Arc::clone(&setup.key_frame_wanted),
            key_frame_requests: 0,
            round_trip: None,
        })
    }

    pub(super) async fn send(&mut self, shot: &Shot) -> Result<(), PushError> {
        let Some(index) = self.outlets.iter().position(|it| it.kind() == shot.kind) else {
            return Ok(());
        };
        let packets = self
            .outlets
            .get_mut(index)
            .map(|it| it.packets(shot, self.keys.as_ref()));
        for (index, packet) in packets.transpose()?.unwrap_or_default().iter().enumerate() {
            if index % BURST == BURST - 1 {
                tokio::time::sleep(PAUSE).await;
            }
            self.transmit(packet).await?;
        }
        // Not before the first packet, so that streams are known when they are reported on.
        if Instant::now() >= self.report_at {
            self.report_at = Instant::now() + REPORT_EVERY;
            self.report(false).await?;
        }
        Ok(())
    }

    /// Tells how the streams' clocks lie to one another, and perhaps that they end.
    async fn report(&mut self, is_end: bool) -> Result<(), PushError> {
        let now = Instant::now();
        let world = self.clocks.1 + now.saturating_duration_since(self.clocks.0);
        let ntp = NtpTime::from_unix(world);
        let mut reports = Vec::new();
        for outlet in &mut self.outlets {
            if let Some(mut report) = outlet.report((now, ntp), &self.cname, is_end) {
                if let Some(keys) = &mut self.keys {
                    keys.seal_rtcp(&mut report)?;
                }
                reports.push(report);
            }
        }
        for report in reports {
            self.transmit(&report).await?;
        }
        Ok(())
    }

    async fn transmit(&self, packet: &[u8]) -> Result<(), PushError> {
        match self.socket.send(packet).await {
            Ok(_) => Ok(()),
            // Nobody listens at the port any more: the server says so by ICMP.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Err(PushError::LinkLost)
            }
            // A full queue or a route that is away for a moment is loss.
            Err(_) => Ok(()),
        }
    }

    /// Reads reports and requests until the link breaks.
    pub(super) async fn broken(&mut self) -> PushError {
        let mut buffer = [0; MAX_DATAGRAM];
        loop {
            match self.socket.recv(&mut buffer).await {
                Ok(len) => {
                    let again = self.receive(buffer.get_mut(..len).unwrap_or_default());
                    for packet in again {
                        if let Err(error) = self.transmit(&packet).await {
                            return error;
                        }
                    }
                }
                Err(_) => return PushError::LinkLost,
            }
        }
    }

    /// Takes what the server says; what is to be sent again.
    fn receive(&mut self, datagram: &mut [u8]) -> Vec<Vec<u8>> {
        let mut again = Vec::new();
        if classify(datagram) != PacketKind::Rtcp {
            return again;
        }
        let len = match &mut self.keys {
            None => datagram.len(),
            Some(keys) => match keys.open_rtcp(datagram) {
                Some(len) => len,
                None => return again,
            },
        };
        let compound = datagram.get(..len).unwrap_or_default();
        let now = NtpTime::from_unix(self.clocks.1 + self.clocks.0.elapsed());
        for packet in RtcpPackets::new(compound).flatten() {
            match packet {
                RtcpPacket::ReceiverReport(report) => {
                    for block in report.blocks() {
                        let outlet = self.outlets.iter_mut().find(|it| it.ssrc() == block.ssrc);
                        let time = outlet.and_then(|it| it.take_report(&block, now));
                        self.round_trip = time.or(self.round_trip);
                    }
                }
                RtcpPacket::Nack(nack) => {
                    if let Some(outlet) = self.outlets.iter().find(|it| it.ssrc() == nack.media) {
                        again.extend(nack.lost().filter_map(|seq| outlet.again(seq)));
                    }
                }
                RtcpPacket::Pli(_) | RtcpPacket::Fir(_) => {
                    self.key_frame_requests += 1;
                    self.key_frame_wanted.store(true, Ordering::Relaxed);
                }
                _ => {}
            }
        }
        again
    }

    pub(super) fn stats(&self) -> LinkStats {
        let mut sum = LinkStats {
            round_trip: self.round_trip,
            key_frame_requests: self.key_frame_requests,
            ..LinkStats::default()
        };
        for outlet in &self.outlets {
            outlet.add_to(&mut sum);
        }
        sum
    }

    pub(super) fn producers(&self) -> Vec<(MediaKind, String)> {
        let outlets = self.outlets.iter();
        outlets.map(|it| (it.kind(), it.producer.clone())).collect()
    }

    /// Says goodbye.
    pub(super) async fn end(&mut self) {
        // Leaving the room says the same.
        let _ = self.report(true).await;
    }
}

/// A socket whose other end is the server's. An address that says "any" means the host that the API is at.
async fn connect(setup: &Setup, made: &Made) -> Result<UdpSocket, PushError> {
    let mut remote = SocketAddr::new(made.ip, made.port);
    if made.ip.is_unspecified() {
        let server = setup.api.server();
        let mut found = tokio::net::lookup_host((server.host(), made.port))
            .await
            .map_err(PushError::Socket)?;
        let same_family = found.find(|it| it.is_ipv4() == made.ip.is_ipv4());
        remote = same_family.ok_or(PushError::NoPath)?;
    }
    let local: IpAddr = if remote.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((local, 0))
        .await
        .map_err(PushError::Socket)?;
    socket.connect(remote).await.map_err(PushError::Socket)?;
    Ok(socket)
}
