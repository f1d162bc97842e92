//! Parameters and packets for the tests.

use crate::command::{Consume, Produce};
use crate::ids::ProducerId;
use miso_ortc::{
    CodecMapping, ConsumerType, EncodingMapping, MediaKind, RtpMapping, RtpParameters,
};
use miso_wire::{ExtensionForm, ExtensionWriter, Pt, RtpFields, RtpTime, Seq, Ssrc};
use serde_json::{Value, json};
use std::time::Duration;

/// The ids under which the test peers send header extensions; none is the router's own.
pub(super) const MID: u8 = 14;
pub(super) const RID: u8 = 13;
pub(super) const REPAIRED_RID: u8 = 12;
pub(super) const SEND_TIME: u8 = 9;
pub(super) const TWCC: u8 = 8;
pub(super) const LEVEL: u8 = 7;

/// What consumers call the codecs.
pub(super) const OPUS: Pt = Pt(100);
pub(super) const VP8: Pt = Pt(101);
pub(super) const VP8_RTX: Pt = Pt(102);

fn extensions(kind: MediaKind) -> Value {
    let mut list = vec![
        json!({"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": MID}),
        json!({"uri": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "id": RID}),
        json!({"uri": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "id": REPAIRED_RID}),
        json!({"uri": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "id": SEND_TIME}),
        json!({"uri": "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", "id": TWCC}),
    ];
    if kind == MediaKind::Audio {
        list.push(json!({"uri": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id": LEVEL}));
    }
    Value::Array(list)
}

fn parameters(value: Value) -> RtpParameters {
    RtpParameters::try_from(value).unwrap()
}

/// Opus with this MID and these encodings.
pub(super) fn audio(mid: &str, encodings: Value) -> Produce {
    let rtp_parameters = parameters(json!({
        "mid": mid,
        "codecs": [{
            "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48_000, "channels": 2,
            "rtcpFeedback": [{"type": "transport-cc"}],
        }],
        "headerExtensions": extensions(MediaKind::Audio),
        "encodings": encodings,
        "rtcp": {"cname": "them"},
    }));
    produce(MediaKind::Audio, rtp_parameters, &[(111, OPUS)])
}

/// VP8 with RTX, this MID and these encodings.
pub(super) fn video(mid: &str, encodings: Value) -> Produce {
    let rtp_parameters = parameters(json!({
        "mid": mid,
        "codecs": [
            {
                "mimeType": "video/VP8", "payloadType": 96, "clockRate": 90_000,
                "rtcpFeedback": [
                    {"type": "nack"}, {"type": "nack", "parameter": "pli"}, {"type": "transport-cc"},
                    {"type": "goog-remb"},
                ],
            },
            {
                "mimeType": "video/rtx", "payloadType": 97, "clockRate": 90_000,
                "parameters": {"apt": 96},
            },
        ],
        "headerExtensions": extensions(MediaKind::Video),
        "encodings": encodings,
        "rtcp": {"cname": "them"},
    }));
    produce(
        MediaKind::Video,
        rtp_parameters,
        &[(96, VP8), (97, VP8_RTX)],
    )
}

fn produce(kind: MediaKind, rtp_parameters: RtpParameters, pts: &[(u8, Pt)]) -> Produce {
    let codecs = pts.iter().map(|(from, to)| CodecMapping {
        payload_type: Pt(*from),
        mapped_payload_type: *to,
    });
    let encodings = rtp_parameters.encodings.iter().zip(1_000..);
    let rtp_mapping = RtpMapping {
        codecs: codecs.collect(),
        encodings: encodings
            .map(|(encoding, mapped)| EncodingMapping {
                ssrc: encoding.ssrc,
                rid: encoding.rid,
                mapped_ssrc: Ssrc(mapped),
            })
            .collect(),
    };
    Produce {
        kind,
        rtp_parameters,
        rtp_mapping,
        paused: false,
        key_frame_request_delay: Duration::ZERO,
    }
}

/// A consumer of a producer that was made with `produced`, which sends under `ssrc`, RTX under the next one.
pub(super) fn consume(producer: u64, produced: &Produce, ssrc: u32, with_rtx: bool) -> Consume {
    let video = produced.kind == MediaKind::Video;
    let mut codecs = vec![match video {
        true => json!({
            "mimeType": "video/VP8", "payloadType": VP8.0, "clockRate": 90_000,
            "rtcpFeedback": [{"type": "nack"}, {"type": "nack", "parameter": "pli"}, {"type": "transport-cc"}],
        }),
        false => json!({
            "mimeType": "audio/opus", "payloadType": OPUS.0, "clockRate": 48_000, "channels": 2,
            "rtcpFeedback": [{"type": "transport-cc"}],
        }),
    }];
    let mut encoding = json!({"ssrc": ssrc});
    if video && with_rtx {
        codecs.push(json!({
            "mimeType": "video/rtx", "payloadType": VP8_RTX.0, "clockRate": 90_000, "parameters": {"apt": VP8.0},
        }));
        encoding["rtx"] = json!({"ssrc": ssrc + 1});
    }
    let rtp_parameters = parameters(json!({
        "mid": "3",
        "codecs": codecs,
        "headerExtensions": [
            {"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 1},
            {"uri": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "id": 4},
            {"uri": "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", "id": 5},
        ],
        "encodings": [encoding],
        "rtcp": {"cname": "us"},
    }));
    let mapped = produced.rtp_mapping.encodings.iter();
    let consumable = mapped.map(|encoding| miso_ortc::RtpEncodingParameters {
        ssrc: Some(encoding.mapped_ssrc),
        ..Default::default()
    });
    let consumable: Vec<_> = consumable.collect();
    Consume {
        producer_id: ProducerId(producer),
        kind: produced.kind,
        rtp_parameters,
        consumer_type: if consumable.len() > 1 {
            ConsumerType::Simulcast
        } else {
            ConsumerType::Simple
        },
        consumable_rtp_encodings: consumable,
        paused: false,
        preferred_layers: None,
        ignore_dtx: false,
    }
}

/// A packet as a peer makes it.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub(super) ssrc: u32,
    pub(super) pt: u8,
    pub(super) seq: u16,
    pub(super) ts: u32,
    pub(super) marker: bool,
    pub(super) extensions: Vec<(u8, Vec<u8>)>,
    pub(super) payload: Vec<u8>,
}

impl Packet {
    /// 20 ms of Opus.
    pub(super) fn opus(ssrc: u32, seq: u16) -> Self {
        Self {
            ssrc,
            pt: 111,
            seq,
            ts: u32::from(seq) * 960,
            marker: false,
            extensions: vec![(MID, b"0".to_vec()), (LEVEL, vec![20])],
            payload: vec![0x7c; 80],
        }
    }

    /// A whole VP8 frame in a packet.
    pub(super) fn vp8(ssrc: u32, seq: u16, key_frame: bool) -> Self {
        // Descriptor with picture id of one byte and TL0PICIDX, then the frame header with its inverted key frame bit.
        let mut payload = vec![0x90, 0xc0, 0x11, 0x22, u8::from(!key_frame)];
        payload.resize(200, 0x5a);
        Self {
            ssrc,
            pt: 96,
            seq,
            ts: u32::from(seq) * 3_000,
            marker: true,
            extensions: vec![(MID, b"1".to_vec())],
            payload,
        }
    }

    /// The same with a transport-wide sequence number.
    pub(super) fn numbered(mut self, number: u16) -> Self {
        self.extensions.push((TWCC, number.to_be_bytes().to_vec()));
        self
    }

    /// The same of a simulcast: its RID in place of the MID.
    pub(super) fn of_rid(mut self, rid: &str) -> Self {
        self.extensions = vec![(RID, rid.as_bytes().to_vec())];
        self
    }

    /// Retransmitted as RTX under another SSRC.
    pub(super) fn as_rtx(&self, ssrc: u32, seq: u16) -> Self {
        let mut payload = self.seq.to_be_bytes().to_vec();
        payload.extend_from_slice(&self.payload);
        Self {
            ssrc,
            seq,
            pt: 97,
            payload,
            ..self.clone()
        }
    }

    /// Its bytes in clear.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0; 2_000];
        let fields = RtpFields {
            pt: Pt(self.pt),
            seq: Seq(self.seq),
            timestamp: RtpTime(self.ts),
            ssrc: Ssrc(self.ssrc),
            marker: self.marker,
        };
        let mut len = fields.write(&mut out, !self.extensions.is_empty()).unwrap();
        if !self.extensions.is_empty() {
            let mut writer = ExtensionWriter::new(&mut out[len..], ExtensionForm::OneByte);
            for (id, value) in &self.extensions {
                writer.push(*id, value).unwrap();
            }
            len += writer.finish().unwrap();
        }
        out.truncate(len);
        out.extend_from_slice(&self.payload);
        out
    }
}

/// A consumer of type pipe of a video producer that was made with `produced`: its streams go out under `ssrc`,
/// `ssrc + 1` and so on, their RTX under `ssrc + 100` and so on.
pub(super) fn pipe(producer: u64, produced: &Produce, ssrc: u32) -> Consume {
    let mut options = consume(producer, produced, ssrc, true);
    let encodings = (0..).take(options.consumable_rtp_encodings.len());
    let encodings: Vec<Value> = encodings
        .map(|index: u32| json!({"ssrc": ssrc + index, "rtx": {"ssrc": ssrc + 100 + index}}))
        .collect();
    let codecs = json!([
        {
            "mimeType": "video/VP8", "payloadType": VP8.0, "clockRate": 90_000,
            "rtcpFeedback": [{"type": "nack"}, {"type": "nack", "parameter": "pli"}],
        },
        {"mimeType": "video/rtx", "payloadType": VP8_RTX.0, "clockRate": 90_000, "parameters": {"apt": VP8.0}},
    ]);
    options.rtp_parameters = parameters(json!({
        "codecs": codecs,
        "headerExtensions": [],
        "encodings": encodings,
        "rtcp": {"cname": "them"},
    }));
    options.consumer_type = ConsumerType::Pipe;
    options
}
