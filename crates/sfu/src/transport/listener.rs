//! Which producer of a transport a packet belongs to (fact sheet 3.2).

use crate::error::CommandError;
use crate::keys::ProducerKey;
use miso_ortc::RtpParameters;
use miso_wire::{Mid, Rid, Ssrc};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// SSRCs that a transport may know before it learns no more by MID or RID. Packets of others are still found by these,
/// each time anew. More lets a peer take more memory, fewer makes large pipes slower.
const MAX_LEARNT_SSRCS: usize = 1_024;

/// The identifiers that a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PacketNames {
    pub(crate) ssrc: Ssrc,
    pub(crate) mid: Option<Mid>,
    /// RID, or else repaired RID.
    pub(crate) rid: Option<Rid>,
}

/// Three tables, filled when a producer is made; the first one also learns.
#[derive(Debug, Default)]
pub(crate) struct RtpListener {
    ssrcs: HashMap<Ssrc, ProducerKey>,
    mids: HashMap<Mid, ProducerKey>,
    rids: HashMap<Rid, ProducerKey>,
}

impl RtpListener {
    /// Enters a new producer under all its names, or under none.
    ///
    /// # Errors
    /// When one of its SSRCs, its MID, or (without a MID) one of its RIDs is taken.
    pub(crate) fn add(
        &mut self,
        key: ProducerKey,
        parameters: &RtpParameters,
    ) -> Result<(), CommandError> {
        let taken = self.enter(key, parameters);
        if taken.is_err() {
            self.remove(key);
        }
        taken
    }

    /// As [`Self::add`], but leaves what it entered before the error.
    fn enter(&mut self, key: ProducerKey, parameters: &RtpParameters) -> Result<(), CommandError> {
        for encoding in &parameters.encodings {
            self.enter_ssrc(key, encoding.ssrc, "ssrc")?;
            let rtx = encoding.rtx.as_ref().map(|rtx| rtx.ssrc);
            self.enter_ssrc(key, rtx, "RTX ssrc")?;
        }
        if let Some(mid) = parameters.mid {
            if self.mids.contains_key(&mid) {
                let text = format!("MID already exists in RTP listener [mid:{mid}]");
                return Err(CommandError::error(text));
            }
            self.mids.insert(mid, key);
        }
        for rid in parameters.encodings.iter().filter_map(|it| it.rid) {
            let found = *self.rids.entry(rid).or_insert(key);
            if found != key && parameters.mid.is_none() {
                let text =
                    format!("RID already exists in RTP listener and no MID is given [rid:{rid}]");
                return Err(CommandError::error(text));
            }
        }
        Ok(())
    }

    fn enter_ssrc(
        &mut self,
        key: ProducerKey,
        ssrc: Option<Ssrc>,
        what: &str,
    ) -> Result<(), CommandError> {
        let Some(ssrc) = ssrc else { return Ok(()) };
        match self.ssrcs.entry(ssrc) {
            Entry::Vacant(place) => {
                place.insert(key);
                Ok(())
            }
            Entry::Occupied(_) => {
                let text = format!("{what} already exists in RTP listener [ssrc:{}]", ssrc.0);
                Err(CommandError::error(text))
            }
        }
    }

    /// The SSRCs of a producer, also those that were learnt.
    pub(crate) fn ssrcs_of(&self, key: ProducerKey) -> impl Iterator<Item = Ssrc> {
        let ssrcs = self.ssrcs.iter();
        ssrcs
            .filter(move |(_, found)| **found == key)
            .map(|(ssrc, _)| *ssrc)
    }

    /// Removes a producer under all its names.
    pub(crate) fn remove(&mut self, key: ProducerKey) {
        self.ssrcs.retain(|_, found| *found != key);
        self.mids.retain(|_, found| *found != key);
        self.rids.retain(|_, found| *found != key);
    }

    /// The producer of a packet by SSRC alone.
    pub(crate) fn find_by_ssrc(&self, ssrc: Ssrc) -> Option<ProducerKey> {
        self.ssrcs.get(&ssrc).copied()
    }

    /// The producer of a packet whose SSRC is unknown; learns the SSRC. A packet with a MID is never looked up by RID.
    pub(crate) fn find_by_names(&mut self, names: &PacketNames) -> Option<ProducerKey> {
        let key = match (names.mid, names.rid) {
            (Some(mid), _) => self.mids.get(&mid).copied()?,
            (None, Some(rid)) => self.rids.get(&rid).copied()?,
            (None, None) => return None,
        };
        if self.ssrcs.len() < MAX_LEARNT_SSRCS {
            self.ssrcs.insert(names.ssrc, key);
        }
        Some(key)
    }

    /// All SSRCs with their producers.
    pub(crate) fn ssrcs(&self) -> impl Iterator<Item = (Ssrc, ProducerKey)> {
        self.ssrcs.iter().map(|(ssrc, key)| (*ssrc, *key))
    }

    /// All MIDs with their producers.
    pub(crate) fn mids(&self) -> impl Iterator<Item = (Mid, ProducerKey)> {
        self.mids.iter().map(|(mid, key)| (*mid, *key))
    }

    /// All RIDs with their producers.
    pub(crate) fn rids(&self) -> impl Iterator<Item = (Rid, ProducerKey)> {
        self.rids.iter().map(|(rid, key)| (*rid, *key))
    }
}

#[cfg(test)]
mod tests;
