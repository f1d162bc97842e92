//! Packets of this process: what a direct transport receives.

use super::Worker;
use super::rtp_in::read_names;
use crate::drops::DropReason;
use crate::error::CommandError;
use crate::ids::{ProducerId, TransportId};
use crate::keys::TransportKey;
use miso_wire::RtpHeader;
use std::time::Instant;

impl Worker {
    /// Takes an RTP packet of this process, as if a peer had sent it to this producer of a direct transport. A
    /// malformed one is dropped and counted, as one from the network would be. The packet may be changed in place.
    ///
    /// # Errors
    /// When there is no such producer, or its transport is not direct.
    pub fn handle_direct_rtp(
        &mut self,
        id: ProducerId,
        packet: &mut [u8],
        now: Instant,
    ) -> Result<(), CommandError> {
        let producer = self.producer_key(id)?;
        let transport = self
            .objects
            .producers
            .get(producer)
            .map(|producer| producer.transport)
            .ok_or_else(super::data::gone)?;
        self.receive_from_process(transport, packet.len(), now)?;
        let Ok(header) = RtpHeader::parse(packet) else {
            self.drops.count(DropReason::MalformedRtp);
            return Ok(());
        };
        let rid = self
            .objects
            .transports
            .get(transport)
            .and_then(|transport| read_names(transport, &header, packet).rid);
        if let Err(reason) = self.receive_for_producer((producer, rid), packet, header, now) {
            self.drops.count(reason);
        }
        Ok(())
    }

    /// Takes an RTCP packet of this process, as if the peer of this direct transport had sent it.
    ///
    /// # Errors
    /// When there is no such transport, or it is not direct.
    pub fn handle_direct_rtcp(
        &mut self,
        id: TransportId,
        packet: &[u8],
        now: Instant,
    ) -> Result<(), CommandError> {
        let transport = self.transport_key(id)?;
        self.receive_from_process(transport, packet.len(), now)?;
        self.receive_clear_rtcp(transport, packet, now);
        Ok(())
    }

    fn receive_from_process(
        &mut self,
        key: TransportKey,
        bytes: usize,
        now: Instant,
    ) -> Result<(), CommandError> {
        let transport = self
            .objects
            .transports
            .get_mut(key)
            .ok_or_else(super::data::gone)?;
        if !transport.is_direct() {
            return Err(CommandError::error("not a direct Transport"));
        }
        transport.traffic.received.add(bytes, now);
        Ok(())
    }
}
