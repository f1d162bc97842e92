//! Which port a socket gets (fact sheet 4.1), and which ones this worker has given out.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;

use miso_netio::UdpSocket;
use miso_sfu::CommandError;

use super::udp_options;
use crate::types::TransportListenInfo;

/// Ports of a range that are tried at most, those known to be taken left out. More finds the last free port of a large
/// range that other programs fill, less keeps media from waiting.
const MAX_BINDS: usize = 1_000;

/// The UDP ports that are in use by this worker, with how many sockets share each. The kernel knows them too, but lets sockets share a port
/// that ask for it, which must not happen by chance within a range.
#[derive(Debug, Default)]
pub(super) struct Ports {
    taken: HashMap<SocketAddr, usize>,
}

impl Ports {
    /// Opens a socket on a port that the place allows: one of its range if it has one, else the one it names.
    ///
    /// # Errors
    /// `TypeError` for a range that is none; `Error` when no port is free or the system refuses.
    pub(super) fn bind(&mut self, info: &TransportListenInfo) -> Result<UdpSocket, CommandError> {
        let range = info.port_range.filter(|(min, max)| *min != 0 && *max != 0);
        let socket = match range {
            Some((min, max)) if max < min => {
                let reason = "maxPort cannot be less than minPort";
                return Err(CommandError::type_error(reason));
            }
            Some(range) => self.bind_in(info, range)?,
            None => bind_to(info, info.port).map_err(|error| failed(info, info.port, &error))?,
        };
        *self.taken.entry(socket.local_addr()).or_default() += 1;
        Ok(socket)
    }

    /// The port is free again.
    pub(super) fn release(&mut self, bound: SocketAddr) {
        if let Some(sharing) = self.taken.get_mut(&bound) {
            *sharing -= 1;
            if *sharing == 0 {
                self.taken.remove(&bound);
            }
        }
    }

    /// Tries the ports of the range once each, from a random one on, so that a port that was just closed is seldom the
    /// next: packets for its last owner may still arrive.
    fn bind_in(
        &self,
        info: &TransportListenInfo,
        (min, max): (u16, u16),
    ) -> Result<UdpSocket, CommandError> {
        let count = u32::from(max - min) + 1;
        let start: u32 = rand::random_range(0..count);
        let ports = (0..count).map(|step| {
            let offset = u16::try_from((start + step) % count).unwrap_or(0);
            min + offset
        });
        let is_free = |port: &u16| !self.taken.contains_key(&SocketAddr::new(info.ip, *port));
        for port in ports.filter(is_free).take(MAX_BINDS) {
            match bind_to(info, port) {
                Ok(socket) => return Ok(socket),
                Err(error) if is_final(&error) => return Err(failed(info, port, &error)),
                Err(_) => {}
            }
        }
        Err(CommandError::error(format!(
            "no more available ports [protocol:udp, ip:'{}', numAttempt:{count}]",
            info.ip
        )))
    }
}

fn bind_to(info: &TransportListenInfo, port: u16) -> io::Result<UdpSocket> {
    UdpSocket::bind(SocketAddr::new(info.ip, port), &udp_options(info))
}

/// Whether no other port would do either.
fn is_final(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable || is_out_of_descriptors(error)
}

/// `EMFILE` or `ENFILE`, for which the standard library has no name.
fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}

fn failed(info: &TransportListenInfo, port: u16, error: &io::Error) -> CommandError {
    let cause = match error.kind() {
        io::ErrorKind::AddrNotAvailable => " due to address not available".to_owned(),
        _ if is_out_of_descriptors(error) => " due to max open files".to_owned(),
        io::ErrorKind::AddrInUse => " due to address already in use".to_owned(),
        _ => format!(": {error}"),
    };
    let ip = info.ip;
    CommandError::error(format!(
        "port bind failed{cause} [protocol:udp, ip:'{ip}', port:{port}]"
    ))
}
