//! Dumps of routers (fact sheet 1.5).

use miso_sfu::dump::RouterDump;
use serde::Serialize;
use serde_json::Value;

use super::{Pair, to_json};
use crate::router::Tables;

/// A key with all its values.
#[derive(Serialize)]
struct Group<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dump<'a> {
    id: &'a str,
    transport_ids: Vec<&'a str>,
    rtp_observer_ids: Vec<&'a str>,
    map_producer_id_consumer_ids: Vec<Group<'a>>,
    map_consumer_id_producer_id: Vec<Pair<&'a str, &'a str>>,
    map_producer_id_observer_ids: Vec<Group<'a>>,
    map_data_producer_id_data_consumer_ids: Vec<Group<'a>>,
    map_data_consumer_id_data_producer_id: Vec<Pair<&'a str, &'a str>>,
}

/// The inner state of a router. Objects that were closed meanwhile are left out.
pub(crate) fn router_dump(id: &str, dump: &RouterDump, tables: &Tables) -> Value {
    let transport = |id: &_| tables.name_of_transport(id);
    let producer = |id: &_| tables.name_of_producer(id);
    let consumer = |id: &_| tables.name_of_consumer(id);
    let data_producer = |id: &_| tables.name_of_data_producer(id);
    let data_consumer = |id: &_| tables.name_of_data_consumer(id);
    let observer = |id: &_| tables.name_of_observer(id);
    let consumers = groups(&dump.producer_consumers, producer, consumer);
    let data_consumers = groups(&dump.data_producer_consumers, data_producer, data_consumer);
    to_json(&Dump {
        id,
        transport_ids: dump.transports.iter().filter_map(transport).collect(),
        rtp_observer_ids: dump.observers.iter().filter_map(observer).collect(),
        map_consumer_id_producer_id: inverse(&consumers),
        map_producer_id_consumer_ids: consumers,
        map_producer_id_observer_ids: groups(&dump.producer_observers, producer, observer),
        map_data_consumer_id_data_producer_id: inverse(&data_consumers),
        map_data_producer_id_data_consumer_ids: data_consumers,
    })
}

fn groups<'a, K, V>(
    list: &[(K, Vec<V>)],
    key: impl Fn(&K) -> Option<&'a str>,
    value: impl Fn(&V) -> Option<&'a str>,
) -> Vec<Group<'a>> {
    let named = list.iter().filter_map(|(owner, members)| {
        let values = members.iter().filter_map(&value).collect();
        Some(Group {
            key: key(owner)?,
            values,
        })
    });
    named.collect()
}

fn inverse<'a>(groups: &[Group<'a>]) -> Vec<Pair<&'a str, &'a str>> {
    let pairs = groups.iter().flat_map(|group| {
        group.values.iter().map(|member| Pair {
            key: *member,
            value: group.key,
        })
    });
    pairs.collect()
}
