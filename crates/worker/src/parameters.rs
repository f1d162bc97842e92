//! RTP parameters and mappings. What is read is bounded, so that a small message cannot stand for a large value.

mod read;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use read::{read_encodings, read_kind, read_mapping, read_rtp_parameters};
pub(crate) use write::{
    write_encodings, write_kind, write_mapping, write_rtp_parameters, write_type,
};
