//! Scalability modes (W3C WebRTC-SVC): how many layers a stream has.

use std::fmt;

use serde::{Serialize, Serializer};

/// How many layers a stream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScalabilityLayers {
    /// Spatial layers, 1 to 99.
    pub spatial: u8,
    /// Temporal layers, 1 to 99.
    pub temporal: u8,
    /// Whether spatial layers depend on each other in key frames only.
    pub ksvc: bool,
}

impl Default for ScalabilityLayers {
    /// A stream without layers: one of each.
    fn default() -> Self {
        Self {
            spatial: 1,
            temporal: 1,
            ksvc: false,
        }
    }
}

/// A scalability mode as it was written, `L3T3_KEY`. One that says nothing sensible stands for one layer of each.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ScalabilityMode {
    text: String,
    layers: ScalabilityLayers,
}

impl ScalabilityMode {
    /// The text, as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many layers it stands for.
    pub const fn layers(&self) -> ScalabilityLayers {
        self.layers
    }
}

impl From<String> for ScalabilityMode {
    fn from(text: String) -> Self {
        let layers = parse_scalability_mode(&text);
        Self { text, layers }
    }
}

impl fmt::Debug for ScalabilityMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for ScalabilityMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for ScalabilityMode {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.text)
    }
}

/// The layers that a scalability mode stands for: `L` or `S`, a number, `T`, a number, perhaps `_KEY`, whatever
/// follows. One of each when the text does not start so.
pub fn parse_scalability_mode(text: &str) -> ScalabilityLayers {
    layers(text).unwrap_or_default()
}

fn layers(text: &str) -> Option<ScalabilityLayers> {
    let rest = text.strip_prefix(['L', 'S'])?;
    let (spatial, rest) = count(rest)?;
    let (temporal, rest) = count(rest.strip_prefix('T')?)?;
    Some(ScalabilityLayers {
        spatial,
        temporal,
        ksvc: rest.starts_with("_KEY"),
    })
}

/// A number of one or two digits without leading zero, and what follows it.
fn count(text: &str) -> Option<(u8, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    if number.starts_with('0') {
        return None;
    }
    Some((number.parse().ok()?, rest))
}
