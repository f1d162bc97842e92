//! SRTP with keys that the HTTP API carries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miso_secure::{
    MAX_RTCP_OVERHEAD, MAX_RTP_OVERHEAD, RtpToSeal, SrtpCryptoSuite, SrtpError, SrtpMasterKey,
    SrtpRecv, SrtpSend,
};
use miso_wire::{ExtSeq, Ssrc};
use serde::{Deserialize, Serialize};

use crate::error::PushError;

/// The best that the server has.
const SUITE: SrtpCryptoSuite = SrtpCryptoSuite::AeadAes256Gcm;

/// Keys as the API carries them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SrtpParameters {
    crypto_suite: String,
    key_base64: String,
}

/// Keys of both directions.
pub(super) struct Keys {
    own: SrtpMasterKey,
    send: SrtpSend,
    recv: Option<SrtpRecv>,
}

fn failed(error: SrtpError) -> PushError {
    PushError::Transport(format!("packets cannot be encrypted: {error}"))
}

impl Keys {
    pub(super) fn generate() -> Result<Self, PushError> {
        let own = SrtpMasterKey::generate(SUITE).map_err(failed)?;
        let send = SrtpSend::new(&own).map_err(failed)?;
        Ok(Self {
            own,
            send,
            recv: None,
        })
    }

    pub(super) const fn suite_name(&self) -> &'static str {
        SUITE.name()
    }

    /// What the server is told.
    pub(super) fn parameters(&self) -> SrtpParameters {
        SrtpParameters {
            crypto_suite: SUITE.name().to_owned(),
            key_base64: STANDARD.encode(self.own.as_bytes()),
        }
    }

    /// The same with the server's keys, by which its reports are read.
    pub(super) fn with_servers(self, theirs: Option<&SrtpParameters>) -> Result<Self, PushError> {
        let unusable =
            || PushError::Transport("the server gives no SRTP keys that can be used".to_owned());
        let theirs = theirs.ok_or_else(unusable)?;
        let suite = SrtpCryptoSuite::from_name(&theirs.crypto_suite).ok_or_else(unusable)?;
        let key = STANDARD
            .decode(&theirs.key_base64)
            .map_err(|_| unusable())?;
        let key = SrtpMasterKey::new(suite, &key).map_err(|_| unusable())?;
        let recv = Some(SrtpRecv::new(&key).map_err(failed)?);
        Ok(Self { recv, ..self })
    }

    /// Adds the payload to a header, encrypted.
    pub(super) fn seal_rtp(
        &self,
        packet: &mut Vec<u8>,
        payload: &[u8],
        (index, ssrc): (ExtSeq, Ssrc),
    ) -> Result<(), PushError> {
        let header_len = packet.len();
        packet.resize(header_len + payload.len() + MAX_RTP_OVERHEAD, 0);
        let whole = RtpToSeal {
            header_len,
            patched: 0,
            payload,
            index,
            ssrc,
        };
        let len = self.send.seal_rtp(packet, whole).map_err(failed)?;
        packet.truncate(len);
        Ok(())
    }

    pub(super) fn seal_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), PushError> {
        let len = packet.len();
        packet.resize(len + MAX_RTCP_OVERHEAD, 0);
        let len = self.send.seal_rtcp(packet, len).map_err(failed)?;
        packet.truncate(len);
        Ok(())
    }

    /// Decrypts in place; the new length, or none for what is not authentic.
    pub(super) fn open_rtcp(&mut self, packet: &mut [u8]) -> Option<usize> {
        self.recv.as_mut()?.open_rtcp(packet).ok()
    }
}
