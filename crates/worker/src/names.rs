//! Which number the core has for an id of the library, and what hangs on what.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::refusal::Refusal;

/// Bytes of an id. The library's are UUIDs; applications may choose some themselves.
const MAX_ID_BYTES: usize = 1_024;

/// Kinds of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    WebRtcServer,
    Router,
    Transport,
    Producer,
    Consumer,
    DataProducer,
    DataConsumer,
    RtpObserver,
}

impl Kind {
    /// Its name in error texts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::WebRtcServer => "WebRtcServer",
            Self::Router => "Router",
            Self::Transport => "Transport",
            Self::Producer => "Producer",
            Self::Consumer => "Consumer",
            Self::DataProducer => "DataProducer",
            Self::DataConsumer => "DataConsumer",
            Self::RtpObserver => "RtpObserver",
        }
    }

    /// What error texts call its id and the article before it.
    const fn id_name(self) -> (&'static str, &'static str) {
        match self {
            Self::WebRtcServer => ("a", "webRtcServerId"),
            Self::Router => ("a", "routerId"),
            Self::Transport => ("a", "id"),
            Self::Producer => ("a", "producerId"),
            Self::Consumer => ("a", "consumerId"),
            Self::DataProducer => ("a", "dataProducerId"),
            Self::DataConsumer => ("a", "dataConsumerId"),
            Self::RtpObserver => ("an", "id"),
        }
    }

    /// Whether the library sends it notifications.
    pub(crate) const fn is_notified(self) -> bool {
        matches!(self, Self::Transport | Self::Producer | Self::DataProducer)
    }
}

/// An object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// Its name in the core, unique over all kinds.
    pub(crate) number: u64,
    /// What it hangs on; [`Names::ROOT`] for the worker.
    pub(crate) parent: u64,
}

/// All objects.
#[derive(Debug, Default)]
pub(crate) struct Names {
    entries: HashMap<Arc<str>, Entry>,
    names: HashMap<u64, Arc<str>>,
    children: HashMap<u64, BTreeSet<u64>>,
    last: u64,
}

impl Names {
    /// The worker itself.
    pub(crate) const ROOT: u64 = 0;

    /// A number for a new object, to be entered once the core has made it.
    ///
    /// # Errors
    /// When the id is in use or too long.
    pub(crate) fn number_for(
        &mut self,
        id: &str,
        kind: Kind,
        parent: u64,
        method: &str,
    ) -> Result<u64, Refusal> {
        if id.len() > MAX_ID_BYTES {
            return Err(Refusal::type_error(format!(
                "id too long (maximum {MAX_ID_BYTES} bytes) [method:{method}]"
            )));
        }
        if let Some(entry) = self.entries.get(id) {
            if entry.kind == kind && entry.parent == parent {
                let (article, what) = kind.id_name();
                let name = kind.name();
                return Err(Refusal::error(format!(
                    "{article} {name} with same {what} already exists [method:{method}]"
                )));
            }
            return Err(Refusal::error(format!(
                "Channel request handler with ID {id} already exists"
            )));
        }
        self.last += 1;
        Ok(self.last)
    }

    /// Enters an object.
    pub(crate) fn insert(&mut self, id: &str, entry: Entry) {
        let id: Arc<str> = id.into();
        self.names.insert(entry.number, Arc::clone(&id));
        self.children
            .entry(entry.parent)
            .or_default()
            .insert(entry.number);
        self.entries.insert(id, entry);
    }

    /// Removes an object with all that hangs on it.
    pub(crate) fn remove(&mut self, number: u64) {
        for child in self.children.remove(&number).unwrap_or_default() {
            self.remove(child);
        }
        let Some(entry) = self
            .names
            .remove(&number)
            .and_then(|id| self.entries.remove(&id))
        else {
            return;
        };
        if let Some(siblings) = self.children.get_mut(&entry.parent) {
            siblings.remove(&number);
            if siblings.is_empty() {
                self.children.remove(&entry.parent);
            }
        }
    }

    /// The object of an id.
    pub(crate) fn get(&self, id: &str) -> Option<Entry> {
        self.entries.get(id).copied()
    }

    /// The number of the child `id` of `parent`.
    ///
    /// # Errors
    /// When there is no such object.
    pub(crate) fn child(
        &self,
        (id, kind): (&str, Kind),
        parent: u64,
        method: &str,
    ) -> Result<u64, Refusal> {
        let found = self
            .get(id)
            .filter(|it| it.kind == kind && it.parent == parent);
        let name = kind.name();
        found
            .map(|entry| entry.number)
            .ok_or_else(|| Refusal::not_found(format!("{name} not found [method:{method}]")))
    }

    /// The id of an object.
    pub(crate) fn id(&self, number: u64) -> Option<&str> {
        self.names.get(&number).map(AsRef::as_ref)
    }

    /// The id of an object that exists; empty for one that does not.
    pub(crate) fn id_or_empty(&self, number: u64) -> String {
        self.id(number).unwrap_or_default().to_owned()
    }

    /// The ids of all objects that fit.
    pub(crate) fn ids(&self, fits: impl Fn(&Entry) -> bool) -> Vec<String> {
        let mut found: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, entry)| fits(entry))
            .collect();
        found.sort_by_key(|(_, entry)| entry.number);
        found.into_iter().map(|(id, _)| (**id).to_owned()).collect()
    }
}
