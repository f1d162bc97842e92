//! The line that says how it goes.

use std::fmt::Write;
use std::time::Duration;

use crate::status::Summary;

/// Figures of one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Snapshot {
    /// Since the beginning.
    pub(crate) time: Duration,
    /// How all broadcasters are doing.
    pub(crate) summary: Summary,
    /// Pictures that were played.
    pub(crate) pictures: u64,
    /// How many broadcasters there are.
    pub(crate) peers: u16,
}

/// The line for `now`, with rates since `before`.
pub(crate) fn line(before: &Snapshot, now: &Snapshot) -> String {
    let mut text = clock(now.time);
    let sent = &now.summary.sent;
    let seconds = now
        .time
        .saturating_sub(before.time)
        .as_secs_f64()
        .max(0.001);
    if now.summary.broken > 0 {
        let _ = if now.peers == 1 {
            write!(text, "  waiting for the server")
        } else {
            write!(
                text,
                "  {} of {} wait for the server",
                now.summary.broken, now.peers
            )
        };
    }
    if now.summary.broken < usize::from(now.peers) {
        let bytes = sent.bytes.saturating_sub(before.summary.sent.bytes);
        let pictures = now.pictures.saturating_sub(before.pictures);
        let _ = write!(text, "  sent {}", bitrate(bytes as f64 * 8.0 / seconds));
        if now.pictures > 0 {
            let _ = write!(text, ", {:.0} frames/s", pictures as f64 / seconds);
        }
        let packets = sent.packets.saturating_sub(before.summary.sent.packets);
        let lost = sent.lost.saturating_sub(before.summary.sent.lost);
        let _ = write!(text, ", {} lost", percent(lost as f64, packets as f64));
        if let Some(time) = sent.round_trip {
            let _ = write!(text, ", {} ms there and back", millis(time));
        }
        receivers(&mut text, &now.summary);
    }
    text
}

fn receivers(text: &mut String, summary: &Summary) {
    let reception = &summary.reception;
    let _ = match reception.viewers {
        0 => write!(text, "  |  nobody watches"),
        1 => write!(text, "  |  1 viewer"),
        viewers => write!(text, "  |  {viewers} viewers"),
    };
    if let Some(score) = reception.worst_score {
        let worst = if reception.viewers > 1 { "worst " } else { "" };
        let lost = percent(reception.most_lost as f64, 256.0);
        let _ = write!(text, ", {worst}score {score}/10, {lost} lost");
    }
    if let Some(layers) = reception.lowest_layers.filter(|it| it.spatial_layer > 0) {
        let _ = write!(text, ", layer {}", layers.spatial_layer);
    }
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

fn bitrate(bits: f64) -> String {
    if bits >= 1e6 {
        format!("{:.1} Mbit/s", bits / 1e6)
    } else {
        format!("{:.0} kbit/s", bits / 1e3)
    }
}

fn percent(part: f64, whole: f64) -> String {
    if part <= 0.0 || whole <= 0.0 {
        return "0 %".to_owned();
    }
    format!("{:.1} %", (100.0 * part / whole).min(100.0))
}

fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    if millis < 10.0 {
        format!("{millis:.1}")
    } else {
        format!("{millis:.0}")
    }
}

#[cfg(test)]
mod tests;
