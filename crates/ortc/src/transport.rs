//! Names that are given out once per transport.

use miso_wire::Mid;

use crate::RtpParameters;
use crate::ssrcs::RandomU32;

/// The CNAME of a transport: all its producers come from one endpoint, so they share one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportCname {
    /// Fixed by the first producer.
    name: Option<String>,
}

impl TransportCname {
    /// Gives a producer the transport's CNAME. The first producer's own becomes it; one without gets a random one.
    pub fn apply(&mut self, parameters: &mut RtpParameters, random: &mut RandomU32<'_>) {
        let own = parameters
            .rtcp
            .cname
            .take()
            .filter(|cname| !cname.is_empty());
        let name = self
            .name
            .get_or_insert_with(|| own.unwrap_or_else(|| format!("{:08x}", random())));
        parameters.rtcp.cname = Some(name.clone());
    }

    /// The CNAME, once a producer fixed it.
    pub fn get(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// MIDs for the consumers of a transport: `0`, `1` and so on, decimal.
#[derive(Clone, Debug, Default)]
pub struct MidAllocator {
    /// The next one.
    next: u32,
}

impl MidAllocator {
    /// The next MID. At most eight digits, which is the room that packets have for it; then it starts again.
    pub fn allocate(&mut self) -> Option<Mid> {
        const COUNT: u32 = 100_000_000;
        let mid = Mid::new(self.next.to_string().as_bytes()).ok();
        self.next = (self.next + 1) % COUNT;
        mid
    }
}
