//! RTP observers: who is loud, who speaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use miso_sfu::RtpObserverId;
use miso_sfu::command::Command;
use miso_sfu::command::ObserverCommand;
use serde_json::Value;

use crate::base::Base;
use crate::error::RequestError;
use crate::sync::lock;

/// The methods that observers of every kind have. `$kind` is a tuple struct around an `Arc<ObserverCore>`.
macro_rules! observer {
    ($(#[$doc:meta])* $kind:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $kind(pub(crate) Arc<ObserverCore>);

        impl $kind {
            /// Its id, a UUID.
            pub fn id(&self) -> &str {
                &self.0.base.name
            }

            /// Whether it is paused.
            pub fn paused(&self) -> bool {
                self.0.paused.load(Ordering::Acquire)
            }

            /// What the owner gave it.
            pub fn app_data(&self) -> &Value {
                &self.0.base.app_data
            }

            /// Whether it is closed.
            pub fn closed(&self) -> bool {
                self.0.base.is_closed()
            }

            /// Observes an audio producer of the same router, by its id.
            ///
            /// # Errors
            /// [`RequestError::NotFound`] for an unknown producer, [`RequestError::Type`] for one of video,
            /// [`RequestError::Error`] for one that an active speaker observer has already, [`RequestError::Closed`].
            pub async fn add_producer(&self, producer_id: &str) -> Result<(), RequestError> {
                self.0.change(producer_id, ObserverCommand::AddProducer).await
            }

            /// Stops observing a producer.
            ///
            /// # Errors
            /// [`RequestError::NotFound`] for an unknown producer, [`RequestError::Closed`].
            pub async fn remove_producer(&self, producer_id: &str) -> Result<(), RequestError> {
                self.0.change(producer_id, ObserverCommand::RemoveProducer).await
            }

            /// Stops observing.
            ///
            /// # Errors
            /// [`RequestError::Closed`].
            pub async fn pause(&self) -> Result<(), RequestError> {
                set_paused(&self.0, true).await
            }

            /// Goes on observing.
            ///
            /// # Errors
            /// [`RequestError::Closed`].
            pub async fn resume(&self) -> Result<(), RequestError> {
                set_paused(&self.0, false).await
            }

            /// Closes it.
            pub fn close(&self) {
                self.0.close();
            }
        }
    };
}

observer!(
    /// Tells regularly which producers are loudest, with [`RouterEvent::AudioLevel`](crate::RouterEvent::AudioLevel).
    /// Clones are handles of one observer; it stays until it or its router is closed.
    AudioLevelObserver
);
observer!(
    /// Tells who speaks, with [`RouterEvent::ActiveSpeaker`](crate::RouterEvent::ActiveSpeaker). Clones are handles of
    /// one observer; it stays until it or its router is closed.
    ActiveSpeakerObserver
);

async fn set_paused(core: &Arc<ObserverCore>, paused: bool) -> Result<(), RequestError> {
    let command = if paused {
        ObserverCommand::Pause
    } else {
        ObserverCommand::Resume
    };
    let state = Arc::clone(core);
    let then = move || state.paused.store(paused, Ordering::Release);
    core.base
        .order(Command::Observer(core.id(), command), then)
        .await
}

/// What all handles of an observer share.
#[derive(Debug)]
pub(crate) struct ObserverCore {
    pub(crate) base: Base,
    paused: AtomicBool,
}

impl ObserverCore {
    /// An observer that the core just made.
    pub(crate) const fn new(base: Base) -> Self {
        Self {
            base,
            paused: AtomicBool::new(false),
        }
    }

    /// Its name in the core.
    pub(crate) const fn id(&self) -> RtpObserverId {
        RtpObserverId(self.base.number)
    }

    /// Closes it.
    pub(crate) fn close(&self) {
        self.base.router.close_observer(self);
    }

    async fn change(
        &self,
        producer_id: &str,
        command: fn(miso_sfu::ProducerId) -> ObserverCommand,
    ) -> Result<(), RequestError> {
        let producer = lock(&self.base.router.tables)
            .producer_named(producer_id)
            .ok_or_else(|| {
                RequestError::NotFound(format!("Producer with id \"{producer_id}\" not found"))
            })?;
        let command = Command::Observer(self.id(), command(producer.id()));
        self.base.order(command, || ()).await
    }
}
