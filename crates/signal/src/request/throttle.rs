//! Making the server's network worse, to see what happens.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::lenient::{text_up_to, unless_falsy};
use crate::limits::MAX_SECRET_BYTES;

/// Make the server's network worse.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ApplyNetworkThrottle {
    /// Proves that one may.
    pub secret: String,
    /// What goes out, in kbit/s; 1,000,000 when absent or 0.
    pub uplink: u32,
    /// What comes in, in kbit/s; 1,000,000 when absent or 0.
    pub downlink: u32,
    /// Delay there and back, in milliseconds.
    pub rtt: u32,
    /// Lost packets, in percent.
    pub packet_loss: f64,
}

/// The same as it is written: newer clients put the numbers into `options`.
#[derive(Deserialize)]
struct Written {
    #[serde(default, deserialize_with = "secret")]
    secret: String,
    #[serde(default, deserialize_with = "unless_falsy")]
    options: Option<Numbers>,
    #[serde(flatten)]
    bare: Numbers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Numbers {
    #[serde(default = "unlimited", deserialize_with = "rate", alias = "up")]
    uplink: u32,
    #[serde(default = "unlimited", deserialize_with = "rate", alias = "down")]
    downlink: u32,
    #[serde(default, deserialize_with = "count")]
    rtt: u32,
    #[serde(default, deserialize_with = "percent")]
    packet_loss: f64,
}

impl<'de> Deserialize<'de> for ApplyNetworkThrottle {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(from)?;
        let numbers = written.options.unwrap_or(written.bare);
        Ok(Self {
            secret: written.secret,
            uplink: numbers.uplink,
            downlink: numbers.downlink,
            rtt: numbers.rtt,
            packet_loss: numbers.packet_loss,
        })
    }
}

/// Make it as good as it was.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ResetNetworkThrottle {
    /// Proves that one may.
    #[serde(default, deserialize_with = "secret")]
    pub secret: String,
}

/// The same, as newer clients call it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct StopNetworkThrottle {
    /// Proves that one may.
    #[serde(default, deserialize_with = "secret")]
    pub secret: String,
}

const fn unlimited() -> u32 {
    1_000_000
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text_up_to(from, "secret", MAX_SECRET_BYTES)
}

fn rate<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    count(from).map(|rate| if rate == 0 { unlimited() } else { rate })
}

/// A whole number; zero where there is none. The app's console sends texts, too.
fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    // Saturating.
    number(from).map(|number| number as u32)
}

fn percent<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    number(from).map(|number| number.clamp(0.0, 100.0))
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let number = match Value::deserialize(from)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(number.filter(|number| number.is_finite()).unwrap_or(0.0))
}
