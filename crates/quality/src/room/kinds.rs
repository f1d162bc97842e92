//! How senders show themselves: codecs and their layers.

use miso_ortc::ScalabilityLayers;
use miso_testkit::{Described, VideoSettings};
use miso_wire::Bitrate;

use super::Show;

/// Bitrates of a simulcast, as browsers send them, kbit/s.
const SIZES: [u64; 3] = [150, 500, 1_500];
/// Bitrate of a stream with three spatial layers, kbit/s.
const SVC_BITRATE: u64 = 1_500;
/// Bitrate of a stream with temporal layers only, kbit/s.
const TEMPORAL_BITRATE: u64 = 1_000;

/// How senders show themselves, in a scenario's name, and what each layer costs.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) show: Show,
    pub(super) layers: Vec<Bitrate>,
    /// A link, in kbit/s, that carries the second layer with some room.
    pub(super) second_rate: u64,
    /// A link that carries all layers, of which the half does not.
    pub(super) whole_rate: u64,
    /// Changes of layer a minute and sender that are good enough when somebody joins late.
    pub(super) late_switches: f64,
    /// Queue p95, in ms, that is good enough when the link is halved.
    pub(super) halved_queue: f64,
}

fn video(kbps: u64, (spatial, temporal, ksvc): (u8, u8, bool)) -> VideoSettings {
    VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        layers: ScalabilityLayers {
            spatial,
            temporal,
            ksvc,
        },
        ..VideoSettings::default()
    }
}

/// Three sizes of VP8.
pub(super) fn simulcast() -> Kind {
    Kind {
        name: "simulcast",
        show: Show::Simulcast(SIZES.map(|kbps| video(kbps, (1, 1, false))).to_vec()),
        layers: SIZES.map(Bitrate::kbps).to_vec(),
        second_rate: 800,
        whole_rate: 2_400,
        late_switches: 2.0,
        halved_queue: 60.0,
    }
}

/// VP9, three spatial and three temporal layers.
pub(super) fn svc() -> Kind {
    Kind {
        name: "svc",
        show: Show::Svc(video(SVC_BITRATE, (3, 3, false))),
        layers: parts([1, 3, 7]),
        second_rate: 1_000,
        whole_rate: 2_400,
        late_switches: 2.0,
        halved_queue: 60.0,
    }
}

/// VP9, whose spatial layers depend on each other in key pictures only: who gets one gets that alone.
pub(super) fn ksvc() -> Kind {
    Kind {
        name: "ksvc",
        show: Show::Svc(video(SVC_BITRATE, (3, 3, true))),
        layers: parts([1, 2, 4]),
        second_rate: 700,
        whole_rate: 1_400,
        late_switches: 6.0,
        halved_queue: 60.0,
    }
}

/// A screen in VP9, of whose three spatial layers the lower ones come in every fourth picture only.
pub(super) fn screen() -> Kind {
    let layers = [(1, 4), (3, 4), (7, 4), (7, 2), (7, 1)]
        .map(|(parts, share)| Bitrate::kbps(SVC_BITRATE * parts / 7 / share));
    Kind {
        name: "screen",
        show: Show::Screen(video(SVC_BITRATE, (3, 3, false))),
        layers: layers.to_vec(),
        late_switches: 6.0,
        // Whole pictures, seldom: each waits for itself.
        halved_queue: 90.0,
        ..svc()
    }
}

/// AV1, three spatial and three temporal layers.
pub(super) fn av1() -> Kind {
    let stream = video(SVC_BITRATE, (3, 3, false));
    Kind {
        name: "av1",
        show: Show::Described(Described::Av1, vec![stream]),
        ..svc()
    }
}

/// Three sizes of H.264, each with three temporal layers.
pub(super) fn h264() -> Kind {
    let streams = SIZES.map(|kbps| video(kbps, (1, 3, false))).to_vec();
    Kind {
        name: "h264",
        show: Show::Described(Described::H264, streams),
        ..simulcast()
    }
}

/// VP8 with three temporal layers.
pub(super) fn temporal() -> Kind {
    // Every fourth picture, every second, every.
    let layers = [1, 2, 4].map(|parts| Bitrate::kbps(TEMPORAL_BITRATE * parts / 4));
    Kind {
        name: "temporal",
        show: Show::Single(video(TEMPORAL_BITRATE, (1, 3, false))),
        layers: layers.to_vec(),
        second_rate: 800,
        whole_rate: 1_500,
        late_switches: 6.0,
        halved_queue: 60.0,
    }
}

/// The same with as much as fills a link of 10 Mbit/s when two are watched: the highest layer has this bitrate, the
/// others what they had, or the same share.
pub(super) fn larger(kind: &Kind, kbps: u64) -> Kind {
    let mut larger = kind.clone();
    match &mut larger.show {
        Show::Simulcast(sizes) => {
            sizes.push(video(kbps, (1, 1, false)));
            larger.layers.push(Bitrate::kbps(kbps));
        }
        Show::Svc(settings) | Show::Screen(settings) | Show::Single(settings) => {
            let before = settings.bitrate.0;
            settings.bitrate = Bitrate::kbps(kbps);
            for layer in &mut larger.layers {
                layer.0 = layer.0 * settings.bitrate.0 / before;
            }
        }
        Show::Described(..) => {}
    }
    larger
}

/// What viewers of the first, second and third spatial layer get, in sevenths: the source gives each layer twice as
/// much as the one below.
fn parts(parts: [u64; 3]) -> Vec<Bitrate> {
    let whole = Bitrate::kbps(SVC_BITRATE).0;
    parts.map(|parts| Bitrate(whole * parts / 7)).to_vec()
}
