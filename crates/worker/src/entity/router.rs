//! Routers.

use std::time::Instant;

use miso_sfu::RouterId;
use miso_sfu::command::{Command, Response, RouterCommand};
use miso_worker_schema::fbs::common::{StringString, StringStringArray};
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::router::DumpResponse;

use super::expected;
use crate::core::Core;
use crate::names::{Entry, Kind, Names};
use crate::request::{Answer, Context, body};

/// Makes a router.
pub(crate) fn create(
    core: &mut Core,
    request: RequestRef<'_>,
    (method, now): (&str, Instant),
) -> Answer {
    let id = body!(request, WorkerCreateRouterRequest).router_id()?;
    let number = core
        .names
        .number_for(id, Kind::Router, Names::ROOT, method)?;
    core.ask(Command::CreateRouter(RouterId(number)), now)?;
    let entry = Entry {
        kind: Kind::Router,
        number,
        parent: Names::ROOT,
    };
    core.names.insert(id, entry);
    Ok(None)
}

/// Closes a router with all that it holds.
pub(crate) fn close(
    core: &mut Core,
    request: RequestRef<'_>,
    (method, now): (&str, Instant),
) -> Answer {
    let id = body!(request, WorkerCloseRouterRequest).router_id()?;
    let number = core.names.child((id, Kind::Router), Names::ROOT, method)?;
    core.ask(Command::CloseRouter(RouterId(number)), now)?;
    for transport in core.transports_where(|it| it.router == number) {
        core.forget_transport(transport);
    }
    core.names.remove(number);
    Ok(None)
}

/// The objects of a router.
pub(crate) fn dump(core: &mut Core, context: Context) -> Answer {
    let number = context.entry.number;
    let command = Command::Router(RouterId(number), RouterCommand::Dump);
    let dump = expected!(core.ask(command, context.now)?, Response::RouterDump(dump) => dump);
    let id = |number| core.names.id_or_empty(number);
    let lists = |all: Vec<(u64, Vec<u64>)>| {
        let listed = all.into_iter().map(|(key, values)| StringStringArray {
            key: id(key),
            values: core.ids(values),
        });
        listed.collect::<Vec<_>>()
    };
    let reversed = |all: &[(u64, Vec<u64>)]| {
        let pairs = all
            .iter()
            .flat_map(|(value, keys)| keys.iter().map(|key| (*key, *value)));
        let listed = pairs.map(|(key, value)| StringString {
            key: id(key),
            value: id(value),
        });
        listed.collect::<Vec<_>>()
    };
    let consumers: Vec<(u64, Vec<u64>)> = dump
        .producer_consumers
        .iter()
        .map(|(producer, consumers)| (producer.0, consumers.iter().map(|it| it.0).collect()))
        .collect();
    let observers = dump
        .producer_observers
        .iter()
        .map(|(producer, observers)| (producer.0, observers.iter().map(|it| it.0).collect()))
        .collect();
    let data: Vec<(u64, Vec<u64>)> = dump
        .data_producer_consumers
        .iter()
        .map(|(producer, consumers)| (producer.0, consumers.iter().map(|it| it.0).collect()))
        .collect();
    Ok(Some(Body::RouterDumpResponse(Box::new(DumpResponse {
        id: id(number),
        transport_ids: core.ids(dump.transports.iter().map(|it| it.0)),
        rtp_observer_ids: core.ids(dump.observers.iter().map(|it| it.0)),
        map_consumer_id_producer_id: reversed(&consumers),
        map_producer_id_consumer_ids: lists(consumers),
        map_producer_id_observer_ids: lists(observers),
        map_data_consumer_id_data_producer_id: reversed(&data),
        map_data_producer_id_data_consumer_ids: lists(data),
    }))))
}
