//! The dependency descriptor as a header extension of the other stack, which leaves its content alone.

use miso_ortc::HeaderExtensionUri;
use str0m::rtp::{Extension, ExtensionSerializer, ExtensionValues};

/// Longest value that fits the short form of header extensions (RFC 8285, section 4.2).
const SHORT: usize = 16;

/// The value of one packet.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor(pub(crate) Vec<u8>);

#[derive(Debug)]
struct Serializer;

impl ExtensionSerializer for Serializer {
    fn write_to(&self, buf: &mut [u8], values: &ExtensionValues) -> usize {
        let value = values.user_values.get::<Descriptor>();
        let bytes = value.map_or(&[][..], |it| &it.0);
        match buf.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                bytes.len()
            }
            None => 0,
        }
    }

    fn parse_value(&self, buf: &[u8], values: &mut ExtensionValues) -> bool {
        values.user_values.set(Descriptor(buf.to_vec()));
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }

    fn requires_two_byte_form(&self, values: &ExtensionValues) -> bool {
        let value = values.user_values.get::<Descriptor>();
        value.is_some_and(|it| it.0.len() > SHORT)
    }
}

/// The extension, for the other stack.
pub(crate) fn extension() -> Extension {
    Extension::with_serializer(
        HeaderExtensionUri::DependencyDescriptor.as_str(),
        Serializer,
    )
}
