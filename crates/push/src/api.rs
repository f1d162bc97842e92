//! The routes of the HTTP API that a broadcaster needs.

use hyper::Method;
use miso_ortc::{MediaKind, RtpCapabilities, RtpParameters};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::http::{HttpClient, HttpError, ServerUrl, escaped};

/// A room of a server.
pub(crate) struct Api {
    client: HttpClient,
    /// The path of the room.
    room: String,
}

/// How one peer receives a producer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Reception {
    /// Who receives.
    pub(crate) peer_id: String,
    /// Whether it wants nothing at present.
    pub(crate) paused: bool,
    /// How well it is received.
    pub(crate) score: Score,
    /// Layers that it gets, where there are any.
    pub(crate) current_layers: Option<Layers>,
    /// The part of packets that it lost of late, in 256ths.
    pub(crate) fraction_lost: u64,
}

/// How well something is received, from 0 to 10.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Score {
    pub(crate) score: u8,
}

/// Layers of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Layers {
    pub(crate) spatial_layer: u8,
    pub(crate) temporal_layer: Option<u8>,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Deserialize)]
struct Receptions {
    consumers: Vec<Reception>,
}

impl Api {
    pub(crate) fn new(client: HttpClient, room: &str) -> Self {
        Self {
            client,
            room: format!("/rooms/{}", escaped(room)),
        }
    }

    /// Where the API is.
    pub(crate) const fn server(&self) -> &ServerUrl {
        self.client.server()
    }

    /// What the room takes, be it open yet or not.
    pub(crate) async fn capabilities(&self) -> Result<RtpCapabilities, HttpError> {
        let answer = self.client.send(Method::GET, &self.room, None).await?;
        read("GET room", answer)
    }

    /// Enters the room, which is opened if it is not there.
    pub(crate) async fn enter(&self, id: &str, name: &str) -> Result<(), HttpError> {
        let body = json!({
            "id": id,
            "displayName": name,
            "device": { "name": "miso push", "version": env!("CARGO_PKG_VERSION") },
        });
        let path = format!("{}/broadcasters", self.room);
        self.client
            .send(Method::POST, &path, Some(&body))
            .await
            .map(drop)
    }

    /// Leaves the room.
    pub(crate) async fn leave(&self, id: &str) -> Result<(), HttpError> {
        self.client
            .send(Method::DELETE, &self.broadcaster(id), None)
            .await
            .map(drop)
    }

    /// Makes a transport; how it is reached.
    pub(crate) async fn create_transport<T: DeserializeOwned>(
        &self,
        id: &str,
        wishes: &Value,
    ) -> Result<T, HttpError> {
        let path = format!("{}/transports", self.broadcaster(id));
        let answer = self.client.send(Method::POST, &path, Some(wishes)).await?;
        read("POST transports", answer)
    }

    /// Tells a transport where and who this side is.
    pub(crate) async fn connect_transport(
        &self,
        id: &str,
        transport: &str,
        parameters: &Value,
    ) -> Result<(), HttpError> {
        let path = format!(
            "{}/transports/{}/connect",
            self.broadcaster(id),
            escaped(transport)
        );
        self.client
            .send(Method::POST, &path, Some(parameters))
            .await
            .map(drop)
    }

    /// Tells what is sent on a transport; the producer's id.
    pub(crate) async fn produce(
        &self,
        id: &str,
        transport: &str,
        (kind, parameters): (MediaKind, &RtpParameters),
    ) -> Result<String, HttpError> {
        let path = format!(
            "{}/transports/{}/producers",
            self.broadcaster(id),
            escaped(transport)
        );
        let body = json!({ "kind": kind, "rtpParameters": parameters });
        let answer = self.client.send(Method::POST, &path, Some(&body)).await?;
        read::<Made>("POST producers", answer).map(|made| made.id)
    }

    /// How a producer is received, by each who does.
    pub(crate) async fn receptions(
        &self,
        id: &str,
        producer: &str,
    ) -> Result<Vec<Reception>, HttpError> {
        let path = format!(
            "{}/producers/{}/consumers",
            self.broadcaster(id),
            escaped(producer)
        );
        let answer = self.client.send(Method::GET, &path, None).await?;
        read::<Receptions>("GET consumers", answer).map(|it| it.consumers)
    }

    fn broadcaster(&self, id: &str) -> String {
        format!("{}/broadcasters/{}", self.room, escaped(id))
    }
}

fn read<T: DeserializeOwned>(request: &'static str, answer: Value) -> Result<T, HttpError> {
    serde_json::from_value(answer).map_err(|error| HttpError::Nonsense {
        request,
        reason: error.to_string(),
    })
}
