//! Statistics and dumps of transports (fact sheet 1.6 and 1.6.1).

use miso_ortc::SctpParameters;
use miso_sfu::ConsumerId;
use miso_sfu::dump::{
    PipeTransportDump, PlainTransportDump, RecvExtensionIds, SctpDump, TransportDump,
    WebRtcTransportDump,
};
use miso_sfu::stats::{IceStats, PlainStats, TransportStats};
use miso_wire::Ssrc;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Pair, to_json};
use crate::router::Tables;
use crate::transport::SocketPart;
use crate::types::{
    DtlsFingerprint, DtlsParameters, DtlsRole, DtlsState, IceCandidate, IceParameters, IceState,
    SctpNegotiatedCapabilities, SctpState, SrtpParameters, TransportTuple,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    transport_id: &'a str,
    timestamp: u64,
    #[serde(flatten)]
    ice: Option<Ice>,
    #[serde(flatten)]
    plain: Option<Plain>,
    #[serde(flatten)]
    pipe: Option<Pipe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sctp_state: Option<SctpState>,
    bytes_received: u64,
    recv_bitrate: u64,
    bytes_sent: u64,
    send_bitrate: u64,
    rtp_bytes_received: u64,
    rtp_recv_bitrate: u64,
    rtp_bytes_sent: u64,
    rtp_send_bitrate: u64,
    rtx_bytes_received: u64,
    rtx_recv_bitrate: u64,
    rtx_bytes_sent: u64,
    rtx_send_bitrate: u64,
    probation_bytes_sent: u64,
    probation_send_bitrate: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_outgoing_bitrate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_incoming_bitrate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_incoming_bitrate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_outgoing_bitrate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_outgoing_bitrate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtp_packet_loss_received: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtp_packet_loss_sent: Option<f64>,
}

/// What only WebRTC transports have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ice {
    ice_role: &'static str,
    ice_state: IceState,
    #[serde(skip_serializing_if = "Option::is_none")]
    ice_selected_tuple: Option<TransportTuple>,
    dtls_state: DtlsState,
}

impl From<&IceStats> for Ice {
    fn from(stats: &IceStats) -> Self {
        Self {
            ice_role: "controlled",
            ice_state: stats.ice_state.into(),
            ice_selected_tuple: stats.ice_selected_tuple.as_ref().map(Into::into),
            dtls_state: stats.dtls_state.into(),
        }
    }
}

/// What only plain transports have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Plain {
    rtcp_mux: bool,
    comedia: bool,
    tuple: TransportTuple,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtcp_tuple: Option<TransportTuple>,
}

impl Plain {
    fn new(stats: &PlainStats, part: &SocketPart) -> Self {
        Self {
            rtcp_mux: stats.rtcp.is_none(),
            comedia: stats.comedia,
            tuple: part.tuple(&stats.rtp),
            rtcp_tuple: stats.rtcp.as_ref().map(|path| part.rtcp_tuple(path)),
        }
    }
}

/// What only pipe transports have.
#[derive(Serialize)]
struct Pipe {
    tuple: TransportTuple,
}

/// The statistics of a transport, with its part if it has sockets of its own.
pub(crate) fn transport_stats(
    id: &str,
    timestamp: u64,
    stats: &TransportStats,
    part: Option<&SocketPart>,
) -> Value {
    to_json(&Stats {
        kind: match (&stats.ice, &stats.plain, &stats.pipe) {
            (Some(_), _, _) => "webrtc-transport",
            (None, Some(_), _) => "plain-rtp-transport",
            (None, None, Some(_)) => "pipe-transport",
            (None, None, None) => "direct-transport",
        },
        transport_id: id,
        timestamp,
        ice: stats.ice.as_ref().map(Into::into),
        plain: stats
            .plain
            .as_ref()
            .zip(part)
            .map(|(stats, part)| Plain::new(stats, part)),
        pipe: stats.pipe.as_ref().zip(part).map(|(path, part)| Pipe {
            tuple: part.tuple(path),
        }),
        sctp_state: stats.sctp_state.map(Into::into),
        bytes_received: stats.received.bytes,
        recv_bitrate: stats.received.bitrate.0,
        bytes_sent: stats.sent.bytes,
        send_bitrate: stats.sent.bitrate.0,
        rtp_bytes_received: stats.rtp_received.bytes,
        rtp_recv_bitrate: stats.rtp_received.bitrate.0,
        rtp_bytes_sent: stats.rtp_sent.bytes,
        rtp_send_bitrate: stats.rtp_sent.bitrate.0,
        rtx_bytes_received: stats.rtx_received.bytes,
        rtx_recv_bitrate: stats.rtx_received.bitrate.0,
        rtx_bytes_sent: stats.rtx_sent.bytes,
        rtx_send_bitrate: stats.rtx_sent.bitrate.0,
        probation_bytes_sent: stats.probation_sent.bytes,
        probation_send_bitrate: stats.probation_sent.bitrate.0,
        available_outgoing_bitrate: stats.available_outgoing_bitrate.map(|it| it.0),
        available_incoming_bitrate: stats.available_incoming_bitrate.map(|it| it.0),
        max_incoming_bitrate: stats.max_incoming_bitrate.map(|it| it.0),
        max_outgoing_bitrate: stats.max_outgoing_bitrate.map(|it| it.0),
        min_outgoing_bitrate: stats.min_outgoing_bitrate.map(|it| it.0),
        rtp_packet_loss_received: stats.packet_loss_received,
        rtp_packet_loss_sent: stats.packet_loss_sent,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dump<'a> {
    id: &'a str,
    direct: bool,
    producer_ids: Vec<&'a str>,
    consumer_ids: Vec<&'a str>,
    map_ssrc_consumer_id: Vec<Pair<u32, &'a str>>,
    map_rtx_ssrc_consumer_id: Vec<Pair<u32, &'a str>>,
    recv_rtp_header_extensions: Value,
    rtp_listener: Value,
    data_producer_ids: Vec<&'a str>,
    data_consumer_ids: Vec<&'a str>,
    trace_event_types: [&'static str; 0],
    #[serde(flatten)]
    webrtc: Option<WebRtcDump>,
    #[serde(flatten)]
    plain: Option<PlainDump>,
    #[serde(flatten)]
    pipe: Option<PipeDump>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainDump {
    rtcp_mux: bool,
    comedia: bool,
    tuple: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtcp_tuple: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    srtp_parameters: Option<SrtpParameters>,
    #[serde(flatten)]
    sctp: Option<Sctp>,
}

impl PlainDump {
    fn new(dump: &PlainTransportDump, part: &SocketPart) -> Self {
        let rtcp = dump.rtcp.as_ref();
        Self {
            rtcp_mux: rtcp.is_none(),
            comedia: dump.comedia,
            tuple: dumped_tuple(&part.tuple(&dump.rtp)),
            rtcp_tuple: rtcp.map(|path| dumped_tuple(&part.rtcp_tuple(path))),
            srtp_parameters: dump.srtp.as_ref().map(Into::into),
            sctp: dump.sctp.as_ref().map(Into::into),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PipeDump {
    tuple: Value,
    rtx: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    srtp_parameters: Option<SrtpParameters>,
    #[serde(flatten)]
    sctp: Option<Sctp>,
}

impl PipeDump {
    fn new(dump: &PipeTransportDump, part: &SocketPart) -> Self {
        Self {
            tuple: dumped_tuple(&part.tuple(&dump.path)),
            rtx: dump.rtx,
            srtp_parameters: dump.srtp.as_ref().map(Into::into),
            sctp: dump.sctp.as_ref().map(Into::into),
        }
    }
}

/// Dumps name a remote address even before it is known.
fn dumped_tuple(tuple: &TransportTuple) -> Value {
    let mut value = to_json(tuple);
    if let Some(members) = value.as_object_mut() {
        members.entry("remoteIp").or_insert(Value::Null);
        members.entry("remotePort").or_insert(Value::from(0));
    }
    value
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebRtcDump {
    ice_role: &'static str,
    ice_parameters: IceParameters,
    ice_candidates: Vec<IceCandidate>,
    ice_state: IceState,
    #[serde(skip_serializing_if = "Option::is_none")]
    ice_selected_tuple: Option<TransportTuple>,
    dtls_parameters: DtlsParameters,
    dtls_state: DtlsState,
    #[serde(flatten)]
    sctp: Option<Sctp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sctp {
    sctp_parameters: SctpParameters,
    sctp_state: SctpState,
    #[serde(skip_serializing_if = "Option::is_none")]
    sctp_negotiated_capabilities: Option<SctpNegotiatedCapabilities>,
}

impl From<&SctpDump> for Sctp {
    fn from(dump: &SctpDump) -> Self {
        Self {
            sctp_parameters: SctpParameters {
                max_message_size: u32::try_from(dump.max_receive_message_size).unwrap_or(u32::MAX),
                ..SctpParameters::default()
            },
            sctp_state: dump.state.into(),
            sctp_negotiated_capabilities: dump.negotiated.map(Into::into),
        }
    }
}

impl From<&WebRtcTransportDump> for WebRtcDump {
    fn from(dump: &WebRtcTransportDump) -> Self {
        Self {
            ice_role: "controlled",
            ice_parameters: (&dump.ice_credentials).into(),
            ice_candidates: dump.ice_candidates.iter().map(Into::into).collect(),
            ice_state: dump.ice_state.into(),
            ice_selected_tuple: dump.ice_selected_tuple.as_ref().map(Into::into),
            dtls_parameters: DtlsParameters {
                role: DtlsRole::from(dump.dtls_role),
                fingerprints: dump
                    .dtls_fingerprints
                    .iter()
                    .map(DtlsFingerprint::from)
                    .collect(),
            },
            dtls_state: dump.dtls_state.into(),
            sctp: dump.sctp.as_ref().map(Into::into),
        }
    }
}

/// The inner state of a transport, with its part if it has sockets of its own. Objects that were closed meanwhile are
/// left out.
pub(crate) fn transport_dump(
    (id, part): (&str, Option<&SocketPart>),
    direct: bool,
    dump: &TransportDump,
    tables: &Tables,
) -> Value {
    let producer = |id: &_| tables.name_of_producer(id);
    let consumer = |id: &_| tables.name_of_consumer(id);
    let data_producer = |id: &_| tables.name_of_data_producer(id);
    let data_consumer = |id: &_| tables.name_of_data_consumer(id);
    let by_ssrc = |list: &[(Ssrc, ConsumerId)]| {
        let named = list
            .iter()
            .filter_map(|(ssrc, id)| Some((ssrc.0, consumer(id)?)));
        named.map(|(key, value)| Pair { key, value }).collect()
    };
    to_json(&Dump {
        id,
        direct,
        producer_ids: dump.producers.iter().filter_map(producer).collect(),
        consumer_ids: dump.consumers.iter().filter_map(consumer).collect(),
        map_ssrc_consumer_id: by_ssrc(&dump.ssrc_consumers),
        map_rtx_ssrc_consumer_id: by_ssrc(&dump.rtx_ssrc_consumers),
        recv_rtp_header_extensions: extensions(&dump.recv_extension_ids),
        rtp_listener: listener(dump, tables),
        data_producer_ids: dump
            .data_producers
            .iter()
            .filter_map(data_producer)
            .collect(),
        data_consumer_ids: dump
            .data_consumers
            .iter()
            .filter_map(data_consumer)
            .collect(),
        trace_event_types: [],
        webrtc: dump.webrtc.as_ref().map(Into::into),
        plain: dump
            .plain
            .as_ref()
            .zip(part)
            .map(|(dump, part)| PlainDump::new(dump, part)),
        pipe: dump
            .pipe
            .as_ref()
            .zip(part)
            .map(|(dump, part)| PipeDump::new(dump, part)),
    })
}

fn extensions(ids: &RecvExtensionIds) -> Value {
    let named = [
        ("mid", ids.mid),
        ("rid", ids.rid),
        ("rrid", ids.rrid),
        ("absSendTime", ids.abs_send_time),
        ("transportWideCc01", ids.transport_wide_cc),
    ];
    let known = named
        .into_iter()
        .filter_map(|(name, id)| Some((name.to_owned(), id?.into())));
    Value::Object(known.collect())
}

fn listener(dump: &TransportDump, tables: &Tables) -> Value {
    let producer = |id: &_| tables.name_of_producer(id);
    let ssrcs = dump.ssrc_producers.iter().filter_map(|(ssrc, id)| {
        Some(Pair {
            key: ssrc.0,
            value: producer(id)?,
        })
    });
    let mids = dump.mid_producers.iter().filter_map(|(mid, id)| {
        Some(Pair {
            key: mid.to_string(),
            value: producer(id)?,
        })
    });
    let rids = dump.rid_producers.iter().filter_map(|(rid, id)| {
        Some(Pair {
            key: rid.to_string(),
            value: producer(id)?,
        })
    });
    json!({
        "ssrcTable": ssrcs.collect::<Vec<_>>(),
        "midTable": mids.collect::<Vec<_>>(),
        "ridTable": rids.collect::<Vec<_>>(),
    })
}
