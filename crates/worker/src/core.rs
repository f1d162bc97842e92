//! Everything that requests act on.

use std::collections::HashMap;
use std::time::Instant;

use miso_sfu::command::{Command, Response};
use miso_sfu::{TransportId, Worker};
use rand::Rng;
use rand::rngs::StdRng;

use crate::clock::Clock;
use crate::log::LogSettings;
use crate::names::{Kind, Names};
use crate::net::{ListenRequest, Net, SocketId};
use crate::ports::PortRange;
use crate::refusal::Refusal;
use crate::transports::{TransportState, WebRtcServer};

/// Everything that requests act on: the core, and what the library knows that the core does not.
pub(crate) struct Core {
    pub(crate) worker: Worker,
    pub(crate) names: Names,
    pub(crate) net: Net,
    /// Of each transport, what the core is not told or does not tell.
    pub(crate) transports: HashMap<u64, TransportState>,
    pub(crate) servers: HashMap<u64, WebRtcServer>,
    pub(crate) log: LogSettings,
    /// Where ports come from that a request leaves open.
    pub(crate) ports: PortRange,
    pub(crate) clock: Clock,
    /// Chooses where the search for a port begins.
    pub(crate) random: StdRng,
}

/// Sockets that were opened for one object.
pub(crate) type Opened = (Vec<SocketId>, Vec<miso_ice::ListenInfo>);

impl Core {
    /// Asks the core.
    ///
    /// # Errors
    /// The core's.
    pub(crate) fn ask(&mut self, command: Command, now: Instant) -> Result<Response, Refusal> {
        Ok(self.worker.handle_command(command, now)?)
    }

    /// Opens all of `requests`, or none.
    ///
    /// # Errors
    /// When one cannot be opened.
    pub(crate) fn listen(&mut self, requests: &[ListenRequest]) -> Result<Opened, Refusal> {
        // Ports of what was closed just now must be free again.
        self.net.transmit(&mut self.worker, Instant::now());
        self.net.close_pending();
        let mut opened: Opened = Default::default();
        for request in requests {
            let offset = self.random.random::<u32>() as usize;
            match self.net.listen(request, self.ports, offset) {
                Ok((socket, info)) => {
                    opened.0.push(socket);
                    opened.1.push(info);
                }
                Err(refusal) => {
                    self.net.close_later(opened.0);
                    return Err(refusal);
                }
            }
        }
        Ok(opened)
    }

    /// Forgets a transport that the core closed, with all that was on it.
    pub(crate) fn forget_transport(&mut self, number: u64) {
        if let Some(state) = self.transports.remove(&number) {
            self.net.close_later(state.sockets);
        }
        self.names.remove(number);
    }

    /// The transports for which `fits` holds, oldest first.
    pub(crate) fn transports_where(&self, fits: impl Fn(&TransportState) -> bool) -> Vec<u64> {
        let found = self.transports.iter().filter(|(_, state)| fits(state));
        let mut numbers: Vec<u64> = found.map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Closes a transport in the core and forgets it.
    ///
    /// # Errors
    /// The core's.
    pub(crate) fn close_transport(&mut self, number: u64, now: Instant) -> Result<(), Refusal> {
        if let Some(state) = self.transports.get(&number) {
            let router = miso_sfu::RouterId(state.router);
            let close = miso_sfu::command::RouterCommand::CloseTransport(TransportId(number));
            self.ask(Command::Router(router, close), now)?;
        }
        self.forget_transport(number);
        Ok(())
    }

    /// Ids of objects by their numbers.
    pub(crate) fn ids(&self, numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
        numbers
            .into_iter()
            .map(|it| self.names.id_or_empty(it))
            .collect()
    }

    /// The number of an object of some kind, anywhere in the worker.
    pub(crate) fn find(&self, id: &str, kind: Kind) -> Option<u64> {
        let entry = self.names.get(id).filter(|entry| entry.kind == kind)?;
        Some(entry.number)
    }
}
