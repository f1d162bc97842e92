//! Sending messages over DataChannels.

use miso_engine::DataProducerOptions;
use miso_signal::{DataRoute, PeerId, ProduceData, ProduceDataResponse, RequestError};

use crate::room::peer::RoutedDataProducer;
use crate::room::{Room, convert};

use super::{Answer, Then, check_limit};

/// The bot listens to what is for it; others are offered the rest, after the answer.
pub(super) async fn produce(
    room: &mut Room,
    caller: &PeerId,
    produce: ProduceData,
) -> Result<Answer, RequestError> {
    let (peer, limits) = (room.peer(caller)?, &room.context.limits);
    let (present, max) = (
        peer.data_producers().len(),
        limits.max_data_producers_per_peer,
    );
    check_limit(present, max, "data producers")?;
    let transport = peer.transport(produce.transport_id.as_str())?;
    let route = produce.route(peer.dialect());
    let app_data = serde_json::to_value(produce.app_data.with_peer_id(caller));
    let options = DataProducerOptions {
        sctp_stream_parameters: Some(produce.sctp_stream_parameters),
        label: produce.label,
        protocol: produce.protocol,
        app_data: app_data.unwrap_or_default(),
        ..DataProducerOptions::default()
    };
    let handle = transport
        .produce_data(options)
        .await
        .map_err(convert::failed)?;
    let id = handle.id().to_owned();
    let answer = Answer::new(&ProduceDataResponse::from(convert::data_producer_id(&id)?))?;
    if route == DataRoute::Bot {
        let heard = room.bot.listen_to(caller, &id).await;
        heard
            .inspect_err(|_| handle.close())
            .map_err(convert::failed)?;
    }
    room.own(&id, caller);
    let producer = RoutedDataProducer { handle, route };
    let is_offered = producer.is_offered();
    room.peer_mut(caller)?.add_data_producer(producer);
    Ok(if is_offered {
        answer.then(Then::OfferDataProducer(id))
    } else {
        answer
    })
}
