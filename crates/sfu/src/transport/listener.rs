//! Which producer of a transport a packet belongs to (fact sheet 3.2).

use crate::error::CommandError;
use crate::keys::ProducerKey;
use miso_ortc::RtpParameters;
use miso_wire::{Mid, Rid, Ssrc};
use std::collections::HashMap;

/// SSRCs that may be learnt by MID or RID in a transport; a peer that sends more is not served under new ones.
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
        let mid = parameters.mid;
        let encodings = parameters.encodings.iter();
        let ssrcs = encodings
            .flat_map(|encoding| [encoding.ssrc, encoding.rtx.as_ref().map(|rtx| rtx.ssrc)]);
        let ssrcs: Vec<Ssrc> = ssrcs.flatten().collect();
        let rids: Vec<Rid> = parameters
            .encodings
            .iter()
            .filter_map(|encoding| encoding.rid)
            .collect();
        if let Some(ssrc) = ssrcs.iter().find(|ssrc| self.ssrcs.contains_key(ssrc)) {
            return Err(CommandError::error(format!(
                "ssrc already exists in RTP listener [ssrc:{}]",
                ssrc.0
            )));
        }
        if let Some(mid) = mid.filter(|mid| self.mids.contains_key(mid)) {
            return Err(CommandError::error(format!(
                "MID already exists in RTP listener [mid:{mid}]"
            )));
        }
        if mid.is_none()
            && let Some(rid) = rids.iter().find(|rid| self.rids.contains_key(rid))
        {
            return Err(CommandError::error(format!(
                "RID already exists in RTP listener and no MID is given [rid:{rid}]"
            )));
        }
        self.ssrcs.extend(ssrcs.into_iter().map(|ssrc| (ssrc, key)));
        self.mids.extend(mid.map(|mid| (mid, key)));
        for rid in rids {
            self.rids.entry(rid).or_insert(key);
        }
        Ok(())
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
