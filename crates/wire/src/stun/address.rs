//! XOR-MAPPED-ADDRESS (RFC 8489, section 14.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{MAGIC_COOKIE, TransactionId};

const FAMILY_V4: u8 = 1;
const FAMILY_V6: u8 = 2;

/// An encoded value of either size.
pub(super) enum XorAddress {
    V4([u8; 8]),
    V6([u8; 20]),
}

impl XorAddress {
    pub(super) fn encode(address: SocketAddr, id: TransactionId) -> Self {
        let [port_hi, port_lo] = xor(address.port().to_be_bytes(), id);
        match address.ip() {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = xor(ip.octets(), id);
                Self::V4([0, FAMILY_V4, port_hi, port_lo, a, b, c, d])
            }
            IpAddr::V6(ip) => {
                let mut value = [0; 20];
                let masked = xor(ip.octets(), id);
                let bytes = [0, FAMILY_V6, port_hi, port_lo].into_iter().chain(masked);
                value
                    .iter_mut()
                    .zip(bytes)
                    .for_each(|(to, byte)| *to = byte);
                Self::V6(value)
            }
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::V4(value) => value,
            Self::V6(value) => value,
        }
    }
}

/// `None` where family and length do not fit.
pub(super) fn decode(value: &[u8], id: TransactionId) -> Option<SocketAddr> {
    let ([_, family, port_hi, port_lo], ip) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes(xor([*port_hi, *port_lo], id));
    let ip = match *family {
        FAMILY_V4 => IpAddr::V4(Ipv4Addr::from(xor::<4>(ip.try_into().ok()?, id))),
        FAMILY_V6 => IpAddr::V6(Ipv6Addr::from(xor::<16>(ip.try_into().ok()?, id))),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// Masks with the magic cookie followed by the transaction id.
fn xor<const N: usize>(mut bytes: [u8; N], id: TransactionId) -> [u8; N] {
    let mask = MAGIC_COOKIE.into_iter().chain(id.0);
    bytes
        .iter_mut()
        .zip(mask)
        .for_each(|(byte, mask)| *byte ^= mask);
    bytes
}
