//! What a mediasoup client says of itself: its capabilities, and the parameters of what it sends.

use miso_ortc::{
    CodecParameters, HeaderExtensionId, HeaderExtensionUri, MediaKind, RtcpFeedback,
    RtcpParameters, RtpCapabilities, RtpCodecParameters, RtpEncodingParameters,
    RtpHeaderExtensionParameters, RtpParameters, RtxParameters, ScalabilityLayers, ScalabilityMode,
};
use miso_wire::{Codec, Mid, Pt, Rid, Ssrc};
use str0m::format::{Codec as StrCodec, CodecConfig, FormatParams};
use str0m::media::Frequency;
use str0m::rtp::{Extension, ExtensionMap};

use crate::descriptor;

/// Payload type of packets that only probe the path (fact sheet 3.12).
const PROBATION_PT: u8 = 127;

/// Payload types and header extension ids of one end, for a whole connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Payload type of Opus.
    pub opus: u8,
    /// Payload type of redundancy around Opus.
    pub red: u8,
    /// Payload type of Opus' retransmissions.
    pub opus_rtx: u8,
    /// Payload type of VP8.
    pub vp8: u8,
    /// Payload type of VP8's retransmissions.
    pub rtx: u8,
    /// Payload type of VP9.
    pub vp9: u8,
    /// Payload type of VP9's retransmissions.
    pub vp9_rtx: u8,
    /// Payload type of H.264.
    pub h264: u8,
    /// Payload type of H.264's retransmissions.
    pub h264_rtx: u8,
    /// Payload type of AV1.
    pub av1: u8,
    /// Payload type of AV1's retransmissions.
    pub av1_rtx: u8,
    /// `sdes:mid`.
    pub mid: u8,
    /// `sdes:rtp-stream-id`.
    pub rid: u8,
    /// `sdes:repaired-rtp-stream-id`.
    pub repaired_rid: u8,
    /// `abs-send-time`.
    pub abs_send_time: u8,
    /// `transport-wide-cc-01`; none leaves it out, so that REMB is used.
    pub transport_cc: Option<u8>,
    /// `ssrc-audio-level`.
    pub audio_level: u8,
    /// `video-orientation`.
    pub orientation: u8,
    /// `dependency-descriptor`.
    pub descriptor: u8,
}

/// Constrained baseline, level 3.1: what all browsers know.
const H264_PROFILE: u32 = 0x42_e01f;

/// The format parameters of H.264, as router and senders say them.
pub(crate) fn h264_parameters() -> CodecParameters {
    let mut parameters = CodecParameters::new();
    parameters.insert("packetization-mode", 1);
    parameters.insert("level-asymmetry-allowed", 1);
    parameters.insert("profile-level-id", format!("{H264_PROFILE:06x}").as_str());
    parameters
}

impl Dialect {
    /// As Chromium sends: other numbers than the router's.
    pub const CHROMIUM: Self = Self {
        opus: 111,
        red: 63,
        opus_rtx: 118,
        vp8: 96,
        rtx: 97,
        vp9: 98,
        vp9_rtx: 99,
        h264: 102,
        h264_rtx: 103,
        av1: 45,
        av1_rtx: 46,
        mid: 4,
        rid: 10,
        repaired_rid: 11,
        abs_send_time: 2,
        transport_cc: Some(3),
        audio_level: 1,
        orientation: 13,
        descriptor: 12,
    };

    /// The router's own numbers, in which consumers send.
    pub fn of_router(router: &RtpCapabilities) -> Self {
        let pt = |name: &str| {
            let codec = router
                .codecs
                .iter()
                .find(|codec| codec.mime_type.as_str().eq_ignore_ascii_case(name));
            codec
                .and_then(|codec| codec.preferred_payload_type)
                .map_or(0, |pt| pt.0)
        };
        let rtx_of = |pt: u8| {
            let rtx = router.codecs.iter().find(|codec| {
                let apt = codec.parameters.apt();
                codec.mime_type.codec() == miso_ortc::Codec::Rtx && apt == Some(Pt(pt))
            });
            rtx.and_then(|codec| codec.preferred_payload_type)
                .map_or(0, |pt| pt.0)
        };
        let (vp8, vp9) = (pt("video/VP8"), pt("video/VP9"));
        let (h264, av1) = (pt("video/H264"), pt("video/AV1"));
        let id = |uri: &HeaderExtensionUri| {
            let extension = router
                .header_extensions
                .iter()
                .find(|extension| extension.uri == *uri);
            extension.map_or(0, |extension| extension.preferred_id.0)
        };
        Self {
            opus: pt("audio/opus"),
            red: pt("audio/red"),
            opus_rtx: pt("audio/rtx"),
            vp8,
            rtx: rtx_of(vp8),
            vp9,
            vp9_rtx: rtx_of(vp9),
            h264,
            h264_rtx: rtx_of(h264),
            av1,
            av1_rtx: rtx_of(av1),
            mid: id(&HeaderExtensionUri::Mid),
            rid: id(&HeaderExtensionUri::RtpStreamId),
            repaired_rid: id(&HeaderExtensionUri::RepairedRtpStreamId),
            abs_send_time: id(&HeaderExtensionUri::AbsSendTime),
            transport_cc: Some(id(&HeaderExtensionUri::TransportWideCc)),
            audio_level: id(&HeaderExtensionUri::SsrcAudioLevel),
            orientation: id(&HeaderExtensionUri::VideoOrientation),
            descriptor: id(&HeaderExtensionUri::DependencyDescriptor),
        }
    }

    fn extensions(&self, kind: MediaKind, codec: Codec) -> Vec<(HeaderExtensionUri, u8)> {
        let mut all = vec![
            (HeaderExtensionUri::Mid, self.mid),
            (HeaderExtensionUri::RtpStreamId, self.rid),
            (HeaderExtensionUri::RepairedRtpStreamId, self.repaired_rid),
            (HeaderExtensionUri::AbsSendTime, self.abs_send_time),
        ];
        all.extend(
            self.transport_cc
                .map(|id| (HeaderExtensionUri::TransportWideCc, id)),
        );
        all.push(match kind {
            MediaKind::Audio => (HeaderExtensionUri::SsrcAudioLevel, self.audio_level),
            MediaKind::Video => (HeaderExtensionUri::VideoOrientation, self.orientation),
        });
        if matches!(codec, Codec::Av1 | Codec::H264) {
            all.push((HeaderExtensionUri::DependencyDescriptor, self.descriptor));
        }
        all
    }

    /// The same for str0m.
    pub fn extension_map(&self) -> ExtensionMap {
        let mut map = ExtensionMap::empty();
        map.set(self.mid, Extension::RtpMid);
        map.set(self.rid, Extension::RtpStreamId);
        map.set(self.repaired_rid, Extension::RepairedRtpStreamId);
        map.set(self.abs_send_time, Extension::AbsoluteSendTime);
        if let Some(id) = self.transport_cc {
            map.set(id, Extension::TransportSequenceNumber);
        }
        map.set(self.audio_level, Extension::AudioLevel);
        map.set(self.orientation, Extension::VideoOrientation);
        map.set(self.descriptor, descriptor::extension());
        map
    }

    /// The codecs for str0m.
    pub fn add_codecs(&self, config: &mut CodecConfig) {
        config.clear();
        let opus = FormatParams {
            min_p_time: Some(10),
            use_inband_fec: Some(true),
            ..Default::default()
        };
        // Packets are sent and taken as they are, so that RED need not be known as such.
        let opus_rtx = Some(self.opus_rtx.into());
        for (pt, rtx) in [(self.opus, opus_rtx), (self.red, None)] {
            config.add_config(
                pt.into(),
                rtx,
                StrCodec::Opus,
                Frequency::FORTY_EIGHT_KHZ,
                Some(2),
                opus,
            );
        }
        let vp9 = FormatParams {
            profile_id: Some(0),
            ..Default::default()
        };
        let h264 = FormatParams {
            level_asymmetry_allowed: Some(true),
            packetization_mode: Some(1),
            profile_level_id: Some(H264_PROFILE),
            ..Default::default()
        };
        let plain = FormatParams::default();
        let video = [
            (self.vp8, Some(self.rtx), StrCodec::Vp8, plain),
            (PROBATION_PT, None, StrCodec::Vp8, plain),
            (self.vp9, Some(self.vp9_rtx), StrCodec::Vp9, vp9),
            (self.h264, Some(self.h264_rtx), StrCodec::H264, h264),
            (self.av1, Some(self.av1_rtx), StrCodec::Av1, plain),
        ];
        for (pt, rtx, codec, format) in video {
            let rtx = rtx.map(Into::into);
            config.add_config(pt.into(), rtx, codec, Frequency::NINETY_KHZ, None, format);
        }
    }

    /// Payload types of a video codec and its retransmissions, and its name.
    pub(crate) fn video(&self, codec: Codec) -> (&'static str, u8, u8) {
        match codec {
            Codec::Vp9 => ("video/VP9", self.vp9, self.vp9_rtx),
            Codec::H264 => ("video/H264", self.h264, self.h264_rtx),
            Codec::Av1 => ("video/AV1", self.av1, self.av1_rtx),
            _ => ("video/VP8", self.vp8, self.rtx),
        }
    }

    fn codecs(
        &self,
        kind: MediaKind,
        video: Codec,
        encodings: &[Encoding],
    ) -> Vec<RtpCodecParameters> {
        let has = |what: fn(&Encoding) -> bool| encodings.iter().any(what);
        let codec = |mime_type: &str, pt: u8, (clock_rate, channels): (u32, Option<u8>)| {
            RtpCodecParameters {
                mime_type: mime_type.parse().expect("a valid name"),
                payload_type: Pt(pt),
                clock_rate,
                channels,
                parameters: CodecParameters::new(),
                rtcp_feedback: Vec::new(),
            }
        };
        let rate = if self.transport_cc.is_some() {
            "transport-cc"
        } else {
            "goog-remb"
        };
        let rate = RtcpFeedback::new(rate, "");
        match kind {
            MediaKind::Audio => {
                let mut opus = codec("audio/opus", self.opus, (48_000, Some(2)));
                opus.parameters.insert("minptime", 10);
                opus.parameters.insert("useinbandfec", 1);
                opus.rtcp_feedback = vec![rate];
                let mut codecs = vec![opus];
                if has(|encoding| encoding.is_red) {
                    let mut red = codec("audio/red", self.red, (48_000, Some(2)));
                    red.parameters = CodecParameters::of_red(Pt(self.opus));
                    codecs.push(red);
                }
                if has(|encoding| encoding.rtx.is_some()) {
                    let mut rtx = codec("audio/rtx", self.opus_rtx, (48_000, Some(2)));
                    rtx.parameters.insert("apt", i64::from(self.opus));
                    codecs.push(rtx);
                    let nack = RtcpFeedback::new("nack", "");
                    codecs
                        .iter_mut()
                        .take(1)
                        .for_each(|opus| opus.rtcp_feedback.push(nack.clone()));
                }
                codecs
            }
            MediaKind::Video => {
                let (name, pt, rtx) = self.video(video);
                let is_h264 = video == Codec::H264;
                let mut video = codec(name, pt, (90_000, None));
                if is_h264 {
                    video.parameters = h264_parameters();
                }
                let feedback = [("nack", ""), ("nack", "pli"), ("ccm", "fir")];
                video.rtcp_feedback = feedback
                    .map(|(kind, parameter)| RtcpFeedback::new(kind, parameter))
                    .to_vec();
                video.rtcp_feedback.push(rate);
                let mut rtx = codec("video/rtx", rtx, (90_000, None));
                rtx.parameters.insert("apt", i64::from(pt));
                vec![video, rtx]
            }
        }
    }

    /// The parameters of a producer.
    pub fn producer_parameters(
        &self,
        kind: MediaKind,
        mid: Option<Mid>,
        encodings: &[Encoding],
        cname: &str,
    ) -> RtpParameters {
        let codec = encodings
            .first()
            .map_or(Codec::Other, |encoding| encoding.codec);
        let extensions = self.extensions(kind, codec).into_iter().map(|(uri, id)| {
            RtpHeaderExtensionParameters {
                uri,
                id: HeaderExtensionId(id),
                encrypt: false,
                parameters: CodecParameters::new(),
            }
        });
        RtpParameters {
            mid,
            codecs: self.codecs(kind, codec, encodings),
            header_extensions: extensions.collect(),
            encodings: encodings.iter().map(Encoding::parameters).collect(),
            rtcp: RtcpParameters {
                cname: Some(cname.to_owned()),
                reduced_size: true,
                mux: None,
            },
            msid: None,
        }
    }
}

/// One stream of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Of media.
    pub ssrc: Ssrc,
    /// Of retransmissions.
    pub rtx: Option<Ssrc>,
    /// With a RID the SSRCs are not signalled, as browsers do it with simulcast.
    pub rid: Option<Rid>,
    /// Layers within it.
    pub layers: ScalabilityLayers,
    /// How it is packed; VP8 for video that is not said to be otherwise.
    pub codec: Codec,
    /// Opus in RED.
    pub is_red: bool,
}

impl Encoding {
    /// One without layers.
    pub fn plain(ssrc: Ssrc, rtx: Option<Ssrc>, rid: Option<Rid>) -> Self {
        Self {
            ssrc,
            rtx,
            rid,
            layers: ScalabilityLayers::default(),
            codec: Codec::Vp8,
            is_red: false,
        }
    }

    fn mode(&self) -> Option<ScalabilityMode> {
        let ScalabilityLayers {
            spatial,
            temporal,
            ksvc,
        } = self.layers;
        let key = if ksvc { "_KEY" } else { "" };
        let has_layers = self.layers != ScalabilityLayers::default();
        has_layers.then(|| format!("L{spatial}T{temporal}{key}").into())
    }

    fn parameters(&self) -> RtpEncodingParameters {
        let named = self.rid.is_none();
        RtpEncodingParameters {
            ssrc: Some(self.ssrc).filter(|_| named),
            rid: self.rid,
            rtx: self
                .rtx
                .filter(|_| named)
                .map(|ssrc| RtxParameters { ssrc }),
            scalability_mode: self.mode(),
            ..Default::default()
        }
    }
}

/// What a peer takes of audio besides Opus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudioExtras {
    /// Redundancy.
    pub red: bool,
    /// Retransmissions in a stream of their own.
    pub rtx: bool,
}

/// What a peer of this kind can take: the part of the router's capabilities that it knows too.
pub fn recv_capabilities(router: &RtpCapabilities) -> RtpCapabilities {
    recv_capabilities_with(router, AudioExtras::default())
}

/// The same of one that takes more of audio.
pub fn recv_capabilities_with(router: &RtpCapabilities, extras: AudioExtras) -> RtpCapabilities {
    let known = [
        HeaderExtensionUri::Mid,
        HeaderExtensionUri::AbsSendTime,
        HeaderExtensionUri::TransportWideCc,
        HeaderExtensionUri::SsrcAudioLevel,
        HeaderExtensionUri::VideoOrientation,
    ];
    let mut capabilities = router.clone();
    for codec in &mut capabilities.codecs {
        if codec.mime_type.as_str() == "audio/red" {
            codec.parameters = CodecParameters::of_red(Pt(Dialect::CHROMIUM.opus));
        }
    }
    capabilities
        .codecs
        .retain(|codec| match codec.mime_type.as_str() {
            "audio/red" => extras.red,
            "audio/rtx" => extras.rtx,
            _ => true,
        });
    capabilities
        .header_extensions
        .retain(|extension| known.contains(&extension.uri));
    capabilities
}
