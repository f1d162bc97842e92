//! The end of every simulated payload: which packet of which frame it is.

/// Bytes of a tag.
pub const TAG_LEN: usize = 21;
const MAGIC: [u8; 4] = *b"miso";

/// Which packet it is, counted at its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Number among all packets of the source.
    pub packet: u64,
    /// Number of its frame.
    pub frame: u32,
    /// Number within its frame.
    pub index: u16,
    /// Packets of its frame.
    pub count: u16,
    /// Whether a decoder can begin with its frame.
    pub is_key: bool,
}

impl Tag {
    /// Writes it behind a payload.
    pub fn append_to(&self, payload: &mut Vec<u8>) {
        payload.extend(MAGIC);
        payload.extend(self.packet.to_be_bytes());
        payload.extend(self.frame.to_be_bytes());
        payload.extend(self.index.to_be_bytes());
        payload.extend(self.count.to_be_bytes());
        payload.push(u8::from(self.is_key));
    }

    /// Reads it from the end of a payload.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let tag: &[u8; TAG_LEN] = payload.last_chunk()?;
        let (magic, rest) = tag.split_first_chunk()?;
        if *magic != MAGIC {
            return None;
        }
        let (packet, rest) = rest.split_first_chunk()?;
        let (frame, rest) = rest.split_first_chunk()?;
        let (index, rest) = rest.split_first_chunk()?;
        let (count, rest) = rest.split_first_chunk()?;
        Some(Self {
            packet: u64::from_be_bytes(*packet),
            frame: u32::from_be_bytes(*frame),
            index: u16::from_be_bytes(*index),
            count: u16::from_be_bytes(*count),
            is_key: rest.first() == Some(&1),
        })
    }
}
