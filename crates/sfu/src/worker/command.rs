//! From a command to the object that it is for.

use super::Worker;
use crate::command::{
    Command, ConsumerCommand, DataConsumerCommand, DataProducerCommand, ObserverCommand,
    ProducerCommand, Response, RouterCommand, TransportCommand,
};
use crate::error::CommandError;
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use crate::keys::{
    ConsumerKey, DataConsumerKey, DataProducerKey, ObserverKey, ProducerKey, TransportKey,
};
use std::time::Instant;

type Answer = Result<Response, CommandError>;

impl Worker {
    /// Carries out a command.
    ///
    /// # Errors
    /// When the object does not exist or its state or the command's values do not allow it; nothing has changed then.
    pub fn handle_command(&mut self, command: Command, now: Instant) -> Answer {
        let answer = self.carry_out(command, now);
        self.drive_sctp(now);
        answer
    }

    fn carry_out(&mut self, command: Command, now: Instant) -> Answer {
        match command {
            Command::CreateRouter(id) => self.create_router(id),
            Command::CloseRouter(id) => self.close_router(id, now),
            Command::DumpWorker => Ok(Response::WorkerDump(Box::new(self.dump_worker()))),
            Command::Router(id, command) => self.handle_router_command(id, command, now),
            Command::Transport(id, command) => self.handle_transport_command(id, command, now),
            Command::Producer(id, command) => self.handle_producer_command(id, command, now),
            Command::Consumer(id, command) => self.handle_consumer_command(id, command, now),
            Command::DataProducer(id, command) => {
                self.handle_data_producer_command(id, command, now)
            }
            Command::DataConsumer(id, command) => {
                self.handle_data_consumer_command(id, command, now)
            }
            Command::Observer(id, command) => self.handle_observer_command(id, command, now),
        }
    }

    fn handle_router_command(
        &mut self,
        id: RouterId,
        command: RouterCommand,
        now: Instant,
    ) -> Answer {
        if !self.objects.routers.contains_key(&id) {
            return Err(CommandError::not_found("Router not found"));
        }
        match command {
            RouterCommand::CreateWebRtcTransport(new, options) => {
                self.create_webrtc_transport(id, new, *options, now)
            }
            RouterCommand::CreatePlainTransport(new, options) => {
                self.create_plain_transport(id, new, *options, now)
            }
            RouterCommand::CreatePipeTransport(new, options) => {
                self.create_pipe_transport(id, new, *options, now)
            }
            RouterCommand::CreateDirectTransport(new, options) => {
                self.create_direct_transport(id, new, options)
            }
            RouterCommand::CreateAudioLevelObserver(new, options) => {
                self.create_audio_level_observer(id, new, options, now)
            }
            RouterCommand::CreateActiveSpeakerObserver(new, options) => {
                self.create_active_speaker_observer(id, new, options, now)
            }
            RouterCommand::CloseTransport(transport) => self.close_transport_of(id, transport, now),
            RouterCommand::CloseObserver(observer) => self.close_observer_of(id, observer),
            RouterCommand::Dump => self.dump_router(id),
        }
    }

    fn handle_transport_command(
        &mut self,
        id: TransportId,
        command: TransportCommand,
        now: Instant,
    ) -> Answer {
        let key = self.transport_key(id)?;
        match command {
            TransportCommand::Connect { fingerprints, role } => {
                self.connect_transport(key, fingerprints, role, now)
            }
            TransportCommand::ConnectPlain(connect) => self.connect_plain(key, &connect, now),
            TransportCommand::ConnectPipe(connect) => self.connect_pipe(key, &connect, now),
            TransportCommand::RestartIce => self.restart_ice(key, now),
            TransportCommand::SetMaxIncomingBitrate(bitrate) => {
                self.set_max_incoming_bitrate(key, bitrate, now)
            }
            TransportCommand::SetMaxOutgoingBitrate(bitrate) => {
                self.set_max_outgoing_bitrate(key, bitrate, now)
            }
            TransportCommand::SetMinOutgoingBitrate(bitrate) => {
                self.set_min_outgoing_bitrate(key, bitrate, now)
            }
            TransportCommand::Trace(kinds) => self.trace_transport(key, &kinds),
            TransportCommand::Produce(new, options) => self.produce(key, new, *options),
            TransportCommand::Consume(new, options) => self.consume(key, new, *options, now),
            TransportCommand::ProduceData(new, options) => self.produce_data(key, new, options),
            TransportCommand::ConsumeData(new, options) => self.consume_data(key, new, options),
            TransportCommand::CloseProducer(producer) => self.close_producer_of(key, producer, now),
            TransportCommand::CloseConsumer(consumer) => self.close_consumer_of(key, consumer),
            TransportCommand::CloseDataProducer(producer) => {
                self.close_data_producer_of(key, producer, now)
            }
            TransportCommand::CloseDataConsumer(consumer) => {
                self.close_data_consumer_of(key, consumer, now)
            }
            TransportCommand::Dump => self.dump_transport(key),
            TransportCommand::GetStats => self.transport_stats(key, now),
        }
    }

    fn handle_producer_command(
        &mut self,
        id: ProducerId,
        command: ProducerCommand,
        now: Instant,
    ) -> Answer {
        let key = self.producer_key(id)?;
        match command {
            ProducerCommand::Pause => self.pause_producer(key),
            ProducerCommand::Resume => self.resume_producer(key, now),
            ProducerCommand::SetContentHint(hint) => self.set_content_hint(key, hint),
            ProducerCommand::Trace(kinds) => self.trace_producer(key, &kinds),
            ProducerCommand::Dump => self.dump_producer(key, now),
            ProducerCommand::GetStats => self.producer_stats(key, now),
        }
    }

    fn handle_consumer_command(
        &mut self,
        id: ConsumerId,
        command: ConsumerCommand,
        now: Instant,
    ) -> Answer {
        let key = self.consumer_key(id)?;
        match command {
            ConsumerCommand::Pause => self.pause_consumer(key),
            ConsumerCommand::Resume => self.resume_consumer(key, now),
            ConsumerCommand::SetPreferredLayers(layers) => {
                self.set_preferred_layers(key, layers, now)
            }
            ConsumerCommand::SetPriority(priority) => self.set_priority(key, priority),
            ConsumerCommand::RequestKeyFrame => self.request_key_frame_for(key, now),
            ConsumerCommand::Trace(kinds) => self.trace_consumer(key, &kinds),
            ConsumerCommand::Dump => self.dump_consumer(key),
            ConsumerCommand::GetStats => self.consumer_stats(key, now),
            ConsumerCommand::ReportLayers => self.report_layers(key, now),
        }
    }

    fn handle_data_producer_command(
        &mut self,
        id: DataProducerId,
        command: DataProducerCommand,
        now: Instant,
    ) -> Answer {
        let key = self.data_producer_key(id)?;
        match command {
            DataProducerCommand::Pause => self.pause_data_producer(key, true),
            DataProducerCommand::Resume => self.pause_data_producer(key, false),
            DataProducerCommand::Send(message, to) => {
                self.send_from_data_producer(key, &message, &to, now)
            }
            DataProducerCommand::Dump => self.dump_data_producer(key),
            DataProducerCommand::GetStats => self.data_producer_stats(key),
        }
    }

    fn handle_data_consumer_command(
        &mut self,
        id: DataConsumerId,
        command: DataConsumerCommand,
        now: Instant,
    ) -> Answer {
        let key = self.data_consumer_key(id)?;
        match command {
            DataConsumerCommand::Pause => self.pause_data_consumer(key, true),
            DataConsumerCommand::Resume => self.pause_data_consumer(key, false),
            DataConsumerCommand::Send(message) => self.send_to_data_consumer(key, &message, now),
            DataConsumerCommand::GetBufferedAmount => self.buffered_amount(key),
            DataConsumerCommand::SetBufferedAmountLowThreshold(bytes) => {
                self.set_low_threshold(key, bytes, now)
            }
            DataConsumerCommand::SetSubchannels(list) => self.set_subchannels(key, list),
            DataConsumerCommand::AddSubchannel(subchannel) => self.add_subchannel(key, subchannel),
            DataConsumerCommand::RemoveSubchannel(subchannel) => {
                self.remove_subchannel(key, subchannel)
            }
            DataConsumerCommand::Dump => self.dump_data_consumer(key),
            DataConsumerCommand::GetStats => self.data_consumer_stats(key),
        }
    }

    fn handle_observer_command(
        &mut self,
        id: RtpObserverId,
        command: ObserverCommand,
        now: Instant,
    ) -> Answer {
        let key = self.observer_key(id)?;
        match command {
            ObserverCommand::Pause => self.pause_observer(key),
            ObserverCommand::Resume => self.resume_observer(key, now),
            ObserverCommand::AddProducer(producer) => self.observe_producer(key, producer, now),
            ObserverCommand::RemoveProducer(producer) => {
                self.unobserve_producer(key, producer, now)
            }
        }
    }

    /// Place of an open transport.
    pub(super) fn transport_key(&self, id: TransportId) -> Result<TransportKey, CommandError> {
        self.names
            .transports
            .get(&id)
            .copied()
            .ok_or_else(|| CommandError::not_found("Transport not found"))
    }

    /// Place of an open producer.
    pub(super) fn producer_key(&self, id: ProducerId) -> Result<ProducerKey, CommandError> {
        self.names
            .producers
            .get(&id)
            .copied()
            .ok_or_else(|| CommandError::not_found("Producer not found"))
    }

    /// Place of an open consumer.
    pub(super) fn consumer_key(&self, id: ConsumerId) -> Result<ConsumerKey, CommandError> {
        self.names
            .consumers
            .get(&id)
            .copied()
            .ok_or_else(|| CommandError::not_found("Consumer not found"))
    }

    /// Place of an open data producer.
    pub(super) fn data_producer_key(
        &self,
        id: DataProducerId,
    ) -> Result<DataProducerKey, CommandError> {
        self.names
            .data_producers
            .get(&id)
            .copied()
            .ok_or_else(|| CommandError::not_found("DataProducer not found"))
    }

    /// Place of an open data consumer.
    pub(super) fn data_consumer_key(
        &self,
        id: DataConsumerId,
    ) -> Result<DataConsumerKey, CommandError> {
        self.names
            .data_consumers
            .get(&id)
            .copied()
            .ok_or_else(|| CommandError::not_found("DataConsumer not found"))
    }

    /// Place of an observer.
    pub(super) fn observer_key(&self, id: RtpObserverId) -> Result<ObserverKey, CommandError> {
        self.names
            .observers
            .get(&id)
            .copied()
            .ok_or_else(|| CommandError::not_found("RtpObserver not found"))
    }
}
