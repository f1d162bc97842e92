//! How well streams are received and sent, and how loud they are.

use miso_sfu::event::StreamScore;
use serde::Serialize;

/// How well one stream of a producer arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerScore {
    /// Index of the encoding in the RTP parameters.
    pub encoding_idx: u32,
    /// The stream's SSRC.
    pub ssrc: u32,
    /// The stream's RID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// 0 (dead) to 10 (perfect).
    pub score: u8,
}

impl From<&StreamScore> for ProducerScore {
    fn from(score: &StreamScore) -> Self {
        Self {
            encoding_idx: score.encoding_idx,
            ssrc: score.ssrc.0,
            rid: score.rid.map(|rid| rid.to_string()),
            score: score.score,
        }
    }
}

/// How well a consumer is served. All scores are 0 (dead) to 10 (perfect).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerScore {
    /// Of the stream to the peer.
    pub score: u8,
    /// Of the producer's stream that is forwarded at present.
    pub producer_score: u8,
    /// Of all the producer's streams, in the order of its encodings.
    pub producer_scores: Vec<u8>,
}

impl From<miso_sfu::event::ConsumerScore> for ConsumerScore {
    fn from(score: miso_sfu::event::ConsumerScore) -> Self {
        Self {
            score: score.score,
            producer_score: score.producer_score,
            producer_scores: score.producer_scores,
        }
    }
}

/// How the camera was held (3GPP TS 26.114, section 7.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct VideoOrientation {
    /// Back-facing camera.
    pub camera: bool,
    /// Mirrored horizontally.
    pub flip: bool,
    /// Degrees counter-clockwise: 0, 90, 180 or 270.
    pub rotation: u16,
}

impl From<miso_sfu::event::VideoOrientation> for VideoOrientation {
    fn from(orientation: miso_sfu::event::VideoOrientation) -> Self {
        Self {
            camera: orientation.camera,
            flip: orientation.flip,
            rotation: orientation.rotation,
        }
    }
}

/// How loud a producer was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// Who.
    pub producer_id: String,
    /// Average level, dBov, -127 to 0.
    pub volume: i8,
}
