//! An endpoint: how it is found, what is said of it, and how a request becomes what is asked of a room.

use axum::http::Method;
use miso_signal::api::ApiError;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::call::{Call, Job};

/// Makes the schema of a type.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One method at one path.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) method: Method,
    /// With parameters in braces.
    pub(super) path: &'static str,
    /// One sentence.
    pub(super) about: &'static str,
    pub(super) query: Vec<Query>,
    pub(super) body: Option<SchemaOf>,
    pub(super) replies: Vec<Reply>,
    /// Statuses of refusals beside those that every endpoint may have.
    pub(super) refusals: Vec<u16>,
    /// Whether it is not told to others: another name of another one.
    pub(super) is_alias: bool,
    /// Reads a request.
    pub(super) parse: fn(&Call<'_>) -> Result<Job, ApiError>,
}

/// A parameter of the query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) kind: QueryKind,
    pub(super) is_needed: bool,
}

/// What a parameter of the query is.
#[derive(Clone, Copy, Debug)]
pub(super) enum QueryKind {
    /// `true` or `false`.
    Flag,
    /// The id of something that the server made.
    Id,
}

/// How a request may be answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) about: &'static str,
    pub(super) content: Content,
}

/// What an answer contains.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    Nothing,
    /// Any JSON object.
    AnyObject,
    Json(SchemaOf),
    /// A text of this content type.
    Text(&'static str),
}

impl Endpoint {
    pub(super) fn new(
        method: Method,
        path: &'static str,
        about: &'static str,
        parse: fn(&Call<'_>) -> Result<Job, ApiError>,
    ) -> Self {
        Self {
            method,
            path,
            about,
            query: Vec::new(),
            body: None,
            replies: Vec::new(),
            refusals: Vec::new(),
            is_alias: false,
            parse,
        }
    }

    /// With a body.
    pub(super) fn body<T: JsonSchema>(self) -> Self {
        Self {
            body: Some(SchemaGenerator::subschema_for::<T>),
            ..self
        }
    }

    /// With a parameter of the query.
    pub(super) fn query(mut self, query: Query) -> Self {
        self.query.push(query);
        self
    }

    /// With an answer in JSON.
    pub(super) fn json<T: JsonSchema>(self, status: u16, about: &'static str) -> Self {
        let content = Content::Json(SchemaGenerator::subschema_for::<T>);
        self.reply(status, about, content)
    }

    /// With an answer.
    pub(super) fn reply(mut self, status: u16, about: &'static str, content: Content) -> Self {
        self.replies.push(Reply {
            status,
            about,
            content,
        });
        self
    }

    /// With statuses of refusals beside the usual ones.
    pub(super) fn or(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses);
        self
    }

    /// As another name of another one.
    pub(super) fn alias(self) -> Self {
        Self {
            is_alias: true,
            ..self
        }
    }
}
