//! How ids and units of `miso-wire` are written in JSON: as bare numbers and texts.

use miso_wire::{Bitrate, Mid, Pt, Rid, Ssrc};
use serde::Serializer;

pub(super) fn pt<S: Serializer>(pt: &Pt, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u8(pt.0)
}

pub(super) fn some_pt<S: Serializer>(pt: &Option<Pt>, out: S) -> Result<S::Ok, S::Error> {
    match pt {
        Some(pt) => out.serialize_some(&pt.0),
        None => out.serialize_none(),
    }
}

pub(super) fn ssrc<S: Serializer>(ssrc: &Ssrc, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u32(ssrc.0)
}

pub(super) fn some_ssrc<S: Serializer>(ssrc: &Option<Ssrc>, out: S) -> Result<S::Ok, S::Error> {
    match ssrc {
        Some(ssrc) => out.serialize_some(&ssrc.0),
        None => out.serialize_none(),
    }
}

pub(super) fn some_bitrate<S: Serializer>(
    bitrate: &Option<Bitrate>,
    out: S,
) -> Result<S::Ok, S::Error> {
    match bitrate {
        Some(bitrate) => out.serialize_some(&bitrate.0),
        None => out.serialize_none(),
    }
}

pub(super) fn some_mid<S: Serializer>(mid: &Option<Mid>, out: S) -> Result<S::Ok, S::Error> {
    match mid {
        Some(mid) => out.collect_str(mid),
        None => out.serialize_none(),
    }
}

pub(super) fn some_rid<S: Serializer>(rid: &Option<Rid>, out: S) -> Result<S::Ok, S::Error> {
    match rid {
        Some(rid) => out.collect_str(rid),
        None => out.serialize_none(),
    }
}
