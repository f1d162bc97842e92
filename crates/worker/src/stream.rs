//! RTP streams: their statistics and dumps (fact sheet 1.13).

use miso_ortc::{MediaKind, RtpEncodingParameters, RtpParameters};
use miso_sfu::stats::{StreamDirection, StreamStats};
use miso_worker_schema::fbs::{rtp_stream, rtx_stream};

use crate::parameters;

/// Statistics of a stream.
pub(crate) fn stats(stats: &StreamStats, timestamp: u64) -> rtp_stream::Stats {
    let base = Box::new(rtp_stream::Stats {
        data: rtp_stream::StatsData::BaseStats(Box::new(base(stats, timestamp))),
    });
    let (packet_count, byte_count) = (stats.packet_count, stats.byte_count);
    let bitrate = stats.bitrate.0;
    let data = match stats.direction {
        StreamDirection::Recv => {
            rtp_stream::StatsData::RecvStats(Box::new(rtp_stream::RecvStats {
                base,
                packet_count,
                byte_count,
                bitrate,
                bitrate_by_layer: stats
                    .bitrate_by_layer
                    .iter()
                    .map(|(layer, bitrate)| rtp_stream::BitrateByLayer {
                        layer: layer.clone(),
                        bitrate: bitrate.0,
                    })
                    .collect(),
            }))
        }
        StreamDirection::Send => {
            rtp_stream::StatsData::SendStats(Box::new(rtp_stream::SendStats {
                base,
                packet_count,
                byte_count,
                bitrate,
            }))
        }
    };
    rtp_stream::Stats { data }
}

fn base(stats: &StreamStats, timestamp: u64) -> rtp_stream::BaseStats {
    rtp_stream::BaseStats {
        timestamp,
        ssrc: stats.ssrc.0,
        kind: parameters::write_kind(stats.kind),
        mime_type: stats.mime_type.clone(),
        packets_lost: i32::try_from(stats.packets_lost).unwrap_or(i32::MAX),
        fraction_lost: stats.fraction_lost,
        jitter: stats.jitter,
        packets_discarded: stats.packets_discarded,
        packets_retransmitted: stats.packets_retransmitted,
        packets_repaired: stats.packets_repaired,
        nack_count: stats.nack_count,
        nack_packet_count: stats.nack_packet_count,
        pli_count: stats.pli_count,
        fir_count: stats.fir_count,
        rid: stats.rid.map(|rid| rid.to_string()),
        rtx_ssrc: stats.rtx_ssrc.map(|ssrc| ssrc.0),
        rtx_packets_discarded: stats.rtx_packets_discarded,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the protocol has single precision"
        )]
        round_trip_time: stats.round_trip_time.unwrap_or(0.0) as f32,
        score: stats.score,
    }
}

/// The dump of a stream that belongs to one of the encodings of `parameters`; none if it belongs to none.
pub(crate) fn dump(stream: &StreamStats, parameters: &RtpParameters) -> Option<rtp_stream::Dump> {
    let is_of = |encoding: &RtpEncodingParameters| {
        encoding.ssrc == Some(stream.ssrc) || (encoding.rid.is_some() && encoding.rid == stream.rid)
    };
    let all = &parameters.encodings;
    let index = all
        .iter()
        .position(is_of)
        .or((all.len() == 1).then_some(0))?;
    let encoding = all.get(index)?;
    let codec = parameters.codec_of(encoding)?;
    let rtx = parameters.rtx_codec_for(codec.payload_type);
    let cname = parameters.rtcp.cname.clone().unwrap_or_default();
    let layers = encoding.scalability_mode.as_ref().map(|mode| mode.layers());
    let layers = layers.unwrap_or_default();
    let says = |name: &str| codec.parameters.int(name) == Some(1);
    Some(rtp_stream::Dump {
        params: Box::new(rtp_stream::Params {
            encoding_idx: u32::try_from(index).ok()?,
            ssrc: stream.ssrc.0,
            payload_type: codec.payload_type.0,
            mime_type: codec.mime_type.to_string(),
            clock_rate: codec.clock_rate,
            // Never absent: the library asks for its length.
            rid: Some(stream.rid.map(|rid| rid.to_string()).unwrap_or_default()),
            cname: cname.clone(),
            rtx_ssrc: stream.rtx_ssrc.map(|ssrc| ssrc.0),
            rtx_payload_type: rtx
                .filter(|_| stream.rtx_ssrc.is_some())
                .map(|it| it.payload_type.0),
            use_nack: codec.has_feedback("nack", ""),
            use_pli: codec.has_feedback("nack", "pli"),
            use_fir: codec.has_feedback("ccm", "fir"),
            use_in_band_fec: says("useinbandfec"),
            use_dtx: stream.kind == MediaKind::Audio
                && (says("usedtx") || encoding.dtx == Some(true)),
            spatial_layers: layers.spatial,
            temporal_layers: layers.temporal,
        }),
        score: stream.score,
        rtx_stream: rtx.zip(stream.rtx_ssrc).map(|(codec, ssrc)| {
            Box::new(rtx_stream::RtxDump {
                params: Box::new(rtx_stream::Params {
                    ssrc: ssrc.0,
                    payload_type: codec.payload_type.0,
                    mime_type: codec.mime_type.to_string(),
                    clock_rate: codec.clock_rate,
                    rrid: Some(String::new()),
                    cname,
                }),
            })
        }),
    })
}
