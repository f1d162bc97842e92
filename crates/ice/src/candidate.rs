//! The addresses that a transport offers: host candidates of one component.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use crate::Protocol;

/// Like a host candidate's, but mediasoup's: below the 126 of RFC 8445, section 5.1.2.2.
const TYPE_PREFERENCE: u32 = 64;
/// Local preference of the first listen address.
const FIRST_LOCAL_PREFERENCE: u32 = 10_000;
/// How much less every further listen address is preferred.
const LOCAL_PREFERENCE_STEP: u32 = 100;
/// How much more a preferred protocol is, worth ten listen addresses.
const PREFERRED_BONUS: u32 = 1_000;
/// How much less the real address is preferred to the announced one, on the final priority.
const INTERNAL_PENALTY: u32 = 1_000;
/// `256 - component`, and the component is 1.
const COMPONENT_TERM: u32 = 255;

/// An open listening socket, and how it is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenInfo {
    /// What it carries.
    pub protocol: Protocol,
    /// The address it is bound to.
    pub ip: IpAddr,
    /// The port it is bound to.
    pub port: u16,
    /// Address or host name under which peers reach it, if not `ip`.
    pub announced_address: Option<String>,
    /// Whether to offer `ip` besides `announced_address`.
    pub expose_internal_ip: bool,
}

/// Whether the sockets of a protocol are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// They are not.
    Skipped,
    /// They are.
    #[default]
    Offered,
    /// They are, before the others: `preferUdp` or `preferTcp` of mediasoup.
    Preferred,
}

/// Which protocols a transport offers; the default is all, none preferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// UDP sockets.
    pub udp: Offer,
    /// TCP sockets.
    pub tcp: Offer,
}

impl Offers {
    const fn of(self, protocol: Protocol) -> Offer {
        match protocol {
            Protocol::Udp => self.udp,
            Protocol::Tcp => self.tcp,
        }
    }
}

/// One way to reach the transport, as the peer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Greater is better (RFC 8445, section 5.1.2.1).
    pub priority: u32,
    /// IP address or host name.
    pub address: String,
    /// The port there.
    pub port: u16,
    /// How to get there.
    pub protocol: Protocol,
}

impl Candidate {
    /// The same for all candidates of a protocol.
    pub const fn foundation(&self) -> &'static str {
        match self.protocol {
            Protocol::Udp => "udpcandidate",
            Protocol::Tcp => "tcpcandidate",
        }
    }

    /// Always `host`: no address was learnt from elsewhere.
    pub const fn kind(&self) -> &'static str {
        "host"
    }

    /// Over TCP `passive`: the peer connects (RFC 6544, section 4.5).
    pub const fn tcp_type(&self) -> Option<&'static str> {
        match self.protocol {
            Protocol::Udp => None,
            Protocol::Tcp => Some("passive"),
        }
    }
}

/// The candidates of a transport that listens on `listen`, the most preferred address first. A skipped protocol takes
/// its rank all the same, so an address has the same priority whichever protocols are offered.
pub fn candidates(listen: &[ListenInfo], offers: Offers) -> Vec<Candidate> {
    let steps = (0_u32..).map(|index| index.saturating_mul(LOCAL_PREFERENCE_STEP));
    let mut all = Vec::with_capacity(listen.len());
    for (info, step) in listen.iter().zip(steps) {
        let bonus = match offers.of(info.protocol) {
            Offer::Skipped => continue,
            Offer::Offered => 0,
            Offer::Preferred => PREFERRED_BONUS,
        };
        append(
            &mut all,
            info,
            priority(FIRST_LOCAL_PREFERENCE.saturating_sub(step) + bonus),
        );
    }
    all
}

fn append(all: &mut Vec<Candidate>, info: &ListenInfo, priority: u32) {
    let real = info.ip.to_canonical().to_string();
    let ListenInfo { protocol, port, .. } = *info;
    let Some(announced) = &info.announced_address else {
        all.push(Candidate {
            priority,
            address: real,
            port,
            protocol,
        });
        return;
    };
    all.push(Candidate {
        priority,
        address: announced.clone(),
        port,
        protocol,
    });
    if info.expose_internal_ip {
        all.push(Candidate {
            priority: priority - INTERNAL_PENALTY,
            address: real,
            port,
            protocol,
        });
    }
}

/// RFC 8445, section 5.1.2.1.
const fn priority(local_preference: u32) -> u32 {
    (TYPE_PREFERENCE << 24) + (local_preference << 8) + COMPONENT_TERM
}
