//! Transports: paths between this client and the server.

mod parameters;
mod recv;
mod send;

use std::fmt;
use std::sync::Arc;

use miso_signal::{ConnectWebRtcTransport, IceParameters, TransportId};
use str0m::IceCreds;
use tokio::sync::{OnceCell, watch};

use crate::driver::{self, Certificate, Closed, Command, Port, Side};
use crate::signaling::{SharedSignaling, Signaling};
use crate::{Device, TransportError};

pub use parameters::TransportParameters;
pub use recv::RecvTransport;
pub use send::SendTransport;

/// The longest message that can be sent, in bytes. The stack takes another limit from SDP only, which nobody speaks here.
pub const MAX_MESSAGE_SIZE: usize = 65_536;

/// How a transport is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportState {
    /// Nothing was asked of it yet, so nothing was sent.
    New,
    /// It looks for a path.
    Connecting,
    /// It has one.
    Connected,
    /// It had one and looks for it again.
    Disconnected,
    /// It is over.
    Closed,
}

/// What both directions share. Dropping it closes the transport.
struct Transport {
    device: Device,
    parameters: TransportParameters,
    certificate: Certificate,
    signaling: SharedSignaling,
    /// Starts with the first use.
    port: OnceCell<Port>,
    state: watch::Sender<TransportState>,
}

impl Transport {
    fn new(
        device: &Device,
        parameters: TransportParameters,
        signaling: impl Signaling,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            device: device.clone(),
            parameters,
            certificate: Certificate::generate()?,
            signaling: Arc::new(signaling),
            port: OnceCell::new(),
            state: watch::Sender::new(TransportState::New),
        })
    }

    fn id(&self) -> &TransportId {
        &self.parameters.id
    }

    /// The way to the task, which is started if it does not run yet.
    async fn port(&self) -> Result<&Port, TransportError> {
        self.port.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Port, TransportError> {
        if *self.state.borrow() == TransportState::Closed {
            return Err(TransportError::Closed);
        }
        let request = ConnectWebRtcTransport {
            transport_id: self.id().clone(),
            dtls_parameters: self.certificate.parameters(),
        };
        self.signaling.connect(request).await?;
        driver::start(Side {
            device: &self.device,
            parameters: &self.parameters,
            certificate: &self.certificate,
            signaling: Arc::clone(&self.signaling),
            state: self.state.clone(),
        })
        .await
    }

    async fn connected(&self) -> Result<(), TransportError> {
        self.port().await?;
        let mut state = self.state.subscribe();
        let reached =
            state.wait_for(|it| matches!(it, TransportState::Connected | TransportState::Closed));
        match reached.await.as_deref() {
            Ok(TransportState::Connected) => Ok(()),
            _ => Err(TransportError::Closed),
        }
    }

    async fn restart_ice(&self, server: &IceParameters) -> Result<(), TransportError> {
        let credentials = IceCreds {
            ufrag: server.username_fragment.clone(),
            pass: server.password.clone(),
        };
        self.port()
            .await?
            .send(Command::RestartIce(credentials))
            .await
    }

    /// The longest message that the server takes and the stack sends.
    fn max_message_size(&self) -> Result<usize, TransportError> {
        let sctp = self.parameters.sctp_parameters.as_ref();
        let sctp = sctp.ok_or(TransportError::NoSctp)?;
        let size = usize::try_from(sctp.max_message_size).unwrap_or(usize::MAX);
        Ok(size.min(MAX_MESSAGE_SIZE))
    }

    fn close(&self) {
        match self.port.get() {
            Some(port) => port.close(Closed::Transport),
            None => drop(self.state.send_replace(TransportState::Closed)),
        }
    }

    async fn closed(&self) {
        let mut state = self.state.subscribe();
        let reached = state.wait_for(|it| *it == TransportState::Closed);
        // It cannot vanish before: this is its sender.
        let _ = reached.await;
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("id", self.id())
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}

/// What is the same for both directions.
macro_rules! transport {
    ($name:ident) => {
        impl $name {
            /// Its id.
            pub fn id(&self) -> &TransportId {
                self.transport.id()
            }

            /// How it is doing.
            pub fn state(&self) -> TransportState {
                *self.transport.state.borrow()
            }

            /// To be told how it is doing.
            pub fn states(&self) -> watch::Receiver<TransportState> {
                self.transport.state.subscribe()
            }

            /// Connects it, unless that was done, and waits until it is connected.
            ///
            /// # Errors
            /// [`TransportError::Closed`] when it cannot be, and those of the signalling.
            pub async fn connected(&self) -> Result<(), TransportError> {
                self.transport.connected().await
            }

            /// Looks for a path again, with the server's new credentials.
            ///
            /// # Errors
            /// [`TransportError::Closed`].
            pub async fn restart_ice(&self, server: &IceParameters) -> Result<(), TransportError> {
                self.transport.restart_ice(server).await
            }

            /// Closes it, and all that is on it. What was given to it before is still sent.
            pub fn close(&self) {
                self.transport.close();
            }

            /// Waits until it is closed.
            pub async fn closed(&self) {
                self.transport.closed().await;
            }
        }
    };
}
transport!(SendTransport);
transport!(RecvTransport);
