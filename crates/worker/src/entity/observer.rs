//! RTP observers.

use std::time::Duration;

use miso_sfu::command::{
    ActiveSpeakerOptions, AudioLevelOptions, Command, ObserverCommand, RouterCommand,
};
use miso_sfu::{ProducerId, RouterId, RtpObserverId};
use miso_worker_schema::fbs::request::RequestRef;

use crate::core::Core;
use crate::names::{Entry, Kind};
use crate::refusal::Refusal;
use crate::request::{Answer, Context, body};

/// Makes an active speaker observer.
pub(crate) fn create_active_speaker(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let body = body!(request, RouterCreateActiveSpeakerObserverRequest);
    let options = ActiveSpeakerOptions {
        interval: Duration::from_millis(u64::from(body.options()?.interval()?)),
    };
    create(core, context, body.rtp_observer_id()?, |id| {
        RouterCommand::CreateActiveSpeakerObserver(id, options)
    })
}

/// Makes an audio level observer.
pub(crate) fn create_audio_level(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let body = body!(request, RouterCreateAudioLevelObserverRequest);
    let options = body.options()?;
    let threshold = options.threshold()?;
    if !(-127..=0).contains(&threshold) {
        return Err(Refusal::type_error(format!(
            "invalid threshold value {threshold}"
        )));
    }
    let options = AudioLevelOptions {
        max_entries: options.max_entries()?,
        threshold,
        interval: Duration::from_millis(u64::from(options.interval()?)),
    };
    create(core, context, body.rtp_observer_id()?, |id| {
        RouterCommand::CreateAudioLevelObserver(id, options)
    })
}

fn create(
    core: &mut Core,
    context: Context,
    id: &str,
    command: impl FnOnce(RtpObserverId) -> RouterCommand,
) -> Answer {
    let router = context.entry.number;
    let number = core
        .names
        .number_for(id, Kind::RtpObserver, router, context.method)?;
    let command = Command::Router(RouterId(router), command(RtpObserverId(number)));
    core.ask(command, context.now)?;
    let entry = Entry {
        kind: Kind::RtpObserver,
        number,
        parent: router,
    };
    core.names.insert(id, entry);
    Ok(None)
}

/// Closes an observer.
pub(crate) fn close(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, RouterCloseRtpObserverRequest).rtp_observer_id()?;
    let router = context.entry.number;
    let child = (id, Kind::RtpObserver);
    let number = core.names.child(child, router, context.method)?;
    let close = RouterCommand::CloseObserver(RtpObserverId(number));
    core.ask(Command::Router(RouterId(router), close), context.now)?;
    core.names.remove(number);
    Ok(None)
}

fn ask(core: &mut Core, context: Context, command: ObserverCommand) -> Answer {
    let id = RtpObserverId(context.entry.number);
    core.ask(Command::Observer(id, command), context.now)?;
    Ok(None)
}

/// Pauses or resumes an observer.
pub(crate) fn pause(core: &mut Core, context: Context, pause: bool) -> Answer {
    let command = if pause {
        ObserverCommand::Pause
    } else {
        ObserverCommand::Resume
    };
    ask(core, context, command)
}

fn producer(core: &Core, id: &str) -> Result<ProducerId, Refusal> {
    core.find(id, Kind::Producer)
        .map(ProducerId)
        .ok_or_else(|| Refusal::not_found("Producer not found"))
}

/// Observes a producer.
pub(crate) fn add_producer(core: &mut Core, request: RequestRef<'_>, context: Context) -> Answer {
    let id = body!(request, RtpObserverAddProducerRequest).producer_id()?;
    let producer = producer(core, id)?;
    ask(core, context, ObserverCommand::AddProducer(producer))
}

/// Stops observing a producer.
pub(crate) fn remove_producer(
    core: &mut Core,
    request: RequestRef<'_>,
    context: Context,
) -> Answer {
    let id = body!(request, RtpObserverRemoveProducerRequest).producer_id()?;
    let producer = producer(core, id)?;
    ask(core, context, ObserverCommand::RemoveProducer(producer))
}
