//! Finding an endpoint by path. Paths are compared piece by piece before they are decoded, so that an id may contain
//! anything, a slash too.

use axum::http::Method;
use miso_signal::api::ApiError;

use super::endpoint::Endpoint;

/// Values of the parameters in a path, in its order.
pub(super) type Parameters = Vec<String>;

/// What there is at a path.
pub(super) enum Found<'a> {
    /// This.
    Endpoint(&'a Endpoint, Parameters),
    /// Something, but only for these methods.
    OtherMethods(String),
    /// Nothing.
    Nothing,
}

/// Finds what there is at a path for a method.
///
/// # Errors
/// [`ApiError::BadRequest`] where a parameter is no text.
pub(super) fn find<'a>(
    endpoints: &'a [Endpoint],
    method: &Method,
    path: &str,
) -> Result<Found<'a>, ApiError> {
    let mut allowed: Vec<&str> = Vec::new();
    for endpoint in endpoints {
        let Some(pieces) = matches(endpoint.path, path) else {
            continue;
        };
        if endpoint.method == *method {
            let parameters = pieces.into_iter().map(decode).collect::<Result<_, _>>()?;
            return Ok(Found::Endpoint(endpoint, parameters));
        }
        allowed.push(endpoint.method.as_str());
        if endpoint.method == Method::GET {
            allowed.push("HEAD");
        }
    }
    if allowed.is_empty() {
        return Ok(Found::Nothing);
    }
    allowed.sort_unstable();
    allowed.dedup();
    Ok(Found::OtherMethods(allowed.join(", ")))
}

/// The pieces of `path` where `template` has parameters, if the rest agrees.
fn matches<'a>(template: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = path.split('/');
    let mut parameters = Vec::new();
    for expected in template.split('/') {
        let piece = pieces.next()?;
        if expected.starts_with('{') {
            if piece.is_empty() {
                return None;
            }
            parameters.push(piece);
        } else if expected != piece {
            return None;
        }
    }
    pieces.next().is_none().then_some(parameters)
}

/// A piece of a path without its escapes (RFC 3986, section 2.1).
fn decode(piece: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::BadRequest("the path has an escape that is none".to_owned());
    let mut bytes = Vec::with_capacity(piece.len());
    let mut rest = piece.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        let value = high.zip(low).map(|(high, low)| high * 16 + low);
        let value = value.and_then(|value| u8::try_from(value).ok());
        bytes.push(value.ok_or_else(wrong)?);
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// A text as a piece of a path.
pub(super) fn encode(text: &str) -> String {
    let mut piece = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            piece.push(char::from(byte));
        } else {
            piece.push_str(&format!("%{byte:02X}"));
        }
    }
    piece
}

#[cfg(test)]
mod tests;
