//! The OpenAPI document, made from the list of endpoints.

use axum::http::Method;
use miso_signal::api::ErrorBody;
use miso_signal::limits::MAX_NAME_ID_BYTES;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::endpoint::{Content, Endpoint, Query, QueryKind, Reply};

/// Statuses that every endpoint may answer with: a path or body that is none, a body that is too long, a server that
/// is too busy.
const ALWAYS: [u16; 3] = [400, 413, 503];
/// What the refusals mean.
const REFUSALS: &[(u16, &str)] = &[
    (400, "The request cannot be understood"),
    (404, "There is no such room, peer, broadcaster or object"),
    (
        409,
        "It does not go with how things stand, or is over a limit",
    ),
    (413, "The body is too long"),
    (415, "The body is not of content type application/json"),
    (422, "The request is understood, but a value is wrong"),
    (503, "The server or the room is too busy, or has no place"),
];

/// The document about these endpoints.
pub(super) fn of(endpoints: &[Endpoint]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    // What may be absent differs between what is read and what is written.
    let mut generators = Generators {
        read: settings.clone().into_generator(),
        written: settings.for_serialize().into_generator(),
    };
    let refusal = generators.written.subschema_for::<ErrorBody>().to_value();
    let mut paths = Map::new();
    for endpoint in endpoints.iter().filter(|it| !it.is_alias) {
        let operation = operation(endpoint, &refusal, &mut generators);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(endpoint.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "miso",
            "description": "Broadcasters: rooms for programs that come without a WebSocket.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "schemas": generators.definitions() },
    })
}

/// Schemas of what is read and of what is written.
struct Generators {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Generators {
    fn definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.read.take_definitions(true);
        definitions.extend(self.written.take_definitions(true));
        definitions
    }
}

fn operation(endpoint: &Endpoint, refusal: &Value, generators: &mut Generators) -> Value {
    let mut parameters: Vec<_> = path_parameters(endpoint.path).collect();
    parameters.extend(endpoint.query.iter().map(query_parameter));
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.about,
        "parameters": parameters,
        "responses": responses(endpoint, refusal, &mut generators.written),
    });
    if let (Some(schema), Some(operation)) = (endpoint.body, operation.as_object_mut()) {
        let schema = schema(&mut generators.read).to_value();
        let content = json!({ "application/json": { "schema": schema } });
        operation.insert(
            "requestBody".to_owned(),
            json!({ "required": true, "content": content }),
        );
    }
    operation
}

/// The names of parameters in a path, in order.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|piece| piece.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameters(path: &str) -> impl Iterator<Item = Value> {
    names(path).map(|name| {
        let schema = match name {
            "roomId" | "peerId" | "broadcasterId" => {
                json!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME_ID_BYTES })
            }
            _ => json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    })
}

fn query_parameter(query: &Query) -> Value {
    let schema = match query.kind {
        QueryKind::Flag => json!({ "type": "boolean" }),
        QueryKind::Id => json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
    };
    json!({
        "name": query.name, "in": "query", "required": query.is_needed, "description": query.about, "schema": schema,
    })
}

/// Method and path, without what cannot be in a name.
fn operation_id(endpoint: &Endpoint) -> String {
    let pieces = endpoint.path.split(['/', '{', '}', '-', '.']);
    let words = pieces.filter(|piece| !piece.is_empty()).map(|piece| {
        let mut letters = piece.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    let words: String = words.collect();
    format!("{}{words}", endpoint.method.as_str().to_ascii_lowercase())
}

fn responses(endpoint: &Endpoint, refusal: &Value, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for reply in &endpoint.replies {
        responses.insert(reply.status.to_string(), response(reply, generator));
    }
    let with_body = endpoint.body.map(|_| 415);
    let statuses = ALWAYS
        .iter()
        .chain(&endpoint.refusals)
        .chain(with_body.as_ref());
    for status in statuses {
        let meaning = REFUSALS.iter().find(|(known, _)| known == status);
        let description = meaning.map_or("Refused", |(_, meaning)| meaning);
        let content = json!({ "application/json": { "schema": refusal } });
        responses.insert(
            status.to_string(),
            json!({ "description": description, "content": content }),
        );
    }
    // A POST without a body is refused, too, when one comes that is not JSON.
    if endpoint.method == Method::POST && endpoint.body.is_none() {
        let content = json!({ "application/json": { "schema": refusal } });
        responses.insert(
            "415".to_owned(),
            json!({ "description": "A body that is not JSON", "content": content }),
        );
    }
    Value::Object(responses)
}

fn response(reply: &Reply, generator: &mut SchemaGenerator) -> Value {
    let content = match reply.content {
        Content::Nothing => return json!({ "description": reply.about }),
        Content::AnyObject => json!({ "application/json": { "schema": { "type": "object" } } }),
        Content::Json(schema) => {
            json!({ "application/json": { "schema": schema(generator).to_value() } })
        }
        Content::Text(content_type) => {
            json!({ content_type: { "schema": { "type": "string" } } })
        }
    };
    json!({ "description": reply.about, "content": content })
}

#[cfg(test)]
mod tests;
