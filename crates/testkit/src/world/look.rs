//! What the server says of its objects.

use miso_sfu::command::{
    Command, ConsumerCommand, ProducerCommand, Response, RouterCommand, TransportCommand,
};
use miso_sfu::dump::{ConsumerDump, RouterDump, TransportDump, WorkerDump};
use miso_sfu::event::{Event, TransportEvent};
use miso_sfu::stats::{StreamStats, TransportStats};
use miso_sfu::{ConsumerId, ProducerId, TransportId};

use super::World;

impl World {
    /// Statistics of a producer's streams.
    pub fn producer_stats(&mut self, id: ProducerId) -> Vec<StreamStats> {
        match self.must(Command::Producer(id, ProducerCommand::GetStats)) {
            Response::StreamStats(stats) => stats,
            other => panic!("GetStats was answered with {other:?}"),
        }
    }

    /// Statistics of a consumer: its stream, then its producer's.
    pub fn consumer_stats(&mut self, id: ConsumerId) -> Vec<StreamStats> {
        match self.must(Command::Consumer(id, ConsumerCommand::GetStats)) {
            Response::StreamStats(stats) => stats,
            other => panic!("GetStats was answered with {other:?}"),
        }
    }

    /// Statistics of a transport.
    pub fn transport_stats(&mut self, id: TransportId) -> TransportStats {
        match self.must(Command::Transport(id, TransportCommand::GetStats)) {
            Response::TransportStats(stats) => *stats,
            other => panic!("GetStats was answered with {other:?}"),
        }
    }

    /// A transport.
    pub fn transport_dump(&mut self, id: TransportId) -> TransportDump {
        match self.must(Command::Transport(id, TransportCommand::Dump)) {
            Response::TransportDump(dump) => *dump,
            other => panic!("Dump was answered with {other:?}"),
        }
    }

    /// A consumer.
    pub fn consumer_dump(&mut self, id: ConsumerId) -> ConsumerDump {
        match self.must(Command::Consumer(id, ConsumerCommand::Dump)) {
            Response::ConsumerDump(dump) => *dump,
            other => panic!("Dump was answered with {other:?}"),
        }
    }

    /// The router.
    pub fn router_dump(&mut self) -> RouterDump {
        match self.must(Command::Router(self.server.router(), RouterCommand::Dump)) {
            Response::RouterDump(dump) => *dump,
            other => panic!("Dump was answered with {other:?}"),
        }
    }

    /// The worker.
    pub fn worker_dump(&mut self) -> WorkerDump {
        match self.must(Command::DumpWorker) {
            Response::WorkerDump(dump) => *dump,
            other => panic!("DumpWorker was answered with {other:?}"),
        }
    }

    /// Events of a transport so far, as text.
    pub fn transport_events(&self, id: TransportId) -> Vec<String> {
        let of_transport = |event: &Event| match event {
            Event::Transport(transport, TransportEvent::DtlsStateChange(state, _))
                if *transport == id =>
            {
                Some(format!("Dtls({state:?})"))
            }
            Event::Transport(transport, event) if *transport == id => Some(format!("{event:?}")),
            _ => None,
        };
        self.server
            .events
            .iter()
            .filter_map(|(_, event)| of_transport(event))
            .collect()
    }
}
