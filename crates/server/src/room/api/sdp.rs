//! Session descriptions (RFC 8866) for players of plain RTP.

use std::fmt::Write;
use std::net::IpAddr;

use miso_engine::{Consumer, PlainTransport, RtpCodecParameters};
use miso_signal::PeerId;
use miso_signal::api::ApiError;

use crate::room::Room;
use crate::room::broadcaster::{Broadcaster, Transport};

use super::{ApiReply, ReplyBody};

/// What a player is to be told of all plain transports on which a broadcaster receives.
pub(super) fn of_broadcaster(room: &Room, id: &PeerId) -> Result<ApiReply, ApiError> {
    let broadcaster = room.broadcaster(id)?;
    of_transports(broadcaster, &broadcaster.transports)
}

/// What a player is to be told of these transports of a broadcaster.
pub(super) fn of_transports(
    broadcaster: &Broadcaster,
    transports: &[Transport],
) -> Result<ApiReply, ApiError> {
    let mut sections = String::new();
    let mut address = None;
    for transport in transports {
        let Transport::Plain(handle, _) = transport else {
            continue;
        };
        let mut consumers = broadcaster.consumers_on(transport.id());
        let Some(consumer) = consumers.next() else {
            continue;
        };
        if consumers.next().is_some() {
            let reason = "players take one stream on each port; use a transport for each consumer";
            return Err(ApiError::InvalidState(reason.to_owned()));
        }
        let ip = write_media(&mut sections, handle, consumer)?;
        address.get_or_insert(ip);
    }
    let nothing =
        || ApiError::InvalidState("nothing is received over a plain transport".to_owned());
    let address = address.ok_or_else(nothing)?;
    let session = format!(
        "v=0\r\no=- 0 0 IN {0} {1}\r\ns=miso\r\nc=IN {0} {1}\r\nt=0 0\r\n{sections}",
        family(address),
        address,
    );
    Ok(ApiReply::new(200, ReplyBody::Sdp(session)))
}

const fn family(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    }
}

/// One media section; the client's address.
fn write_media(
    text: &mut String,
    transport: &PlainTransport,
    consumer: &Consumer,
) -> Result<IpAddr, ApiError> {
    let unknown = || ApiError::InvalidState("the client's address is not known yet".to_owned());
    let tuple = transport.tuple();
    let address = tuple
        .remote_ip
        .as_deref()
        .and_then(|ip| ip.parse::<IpAddr>().ok());
    let (address, port) = address.zip(tuple.remote_port).ok_or_else(unknown)?;
    let codecs = consumer.rtp_parameters().codecs.iter();
    let media = codecs.filter(|codec| codec.mime_type.codec().is_media());
    let srtp = transport.srtp_parameters();
    let profile = if srtp.is_some() {
        "RTP/SAVP"
    } else {
        "RTP/AVP"
    };
    let codecs: Vec<_> = media.collect();
    let types: Vec<_> = codecs
        .iter()
        .map(|it| it.payload_type.0.to_string())
        .collect();
    // Writing to a text cannot fail.
    let _ = write!(
        text,
        "m={} {port} {profile} {}\r\n",
        consumer.kind(),
        types.join(" ")
    );
    let _ = write!(text, "c=IN {} {address}\r\n", family(address));
    match transport.rtcp_tuple() {
        None => text.push_str("a=rtcp-mux\r\n"),
        Some(rtcp) => {
            if let Some(port) = rtcp.remote_port {
                let _ = write!(text, "a=rtcp:{port}\r\n");
            }
        }
    }
    if let Some(key) = srtp {
        let suite = serde_json::to_value(key.crypto_suite).unwrap_or_default();
        let suite = suite.as_str().unwrap_or_default();
        let _ = write!(text, "a=crypto:1 {suite} inline:{}\r\n", key.key_base64);
    }
    for codec in codecs {
        write_codec(text, codec);
    }
    text.push_str("a=sendonly\r\n");
    Ok(address)
}

fn write_codec(text: &mut String, codec: &RtpCodecParameters) {
    let name = codec.mime_type.as_str();
    let name = name.split_once('/').map_or(name, |(_, name)| name);
    let pt = codec.payload_type.0;
    let _ = write!(text, "a=rtpmap:{pt} {name}/{}", codec.clock_rate);
    if let Some(channels) = codec.channels.filter(|channels| *channels > 1) {
        let _ = write!(text, "/{channels}");
    }
    text.push_str("\r\n");
    let parameters = serde_json::to_value(&codec.parameters).unwrap_or_default();
    let parameters = parameters.as_object().into_iter().flatten();
    let texts: Vec<_> = parameters
        .filter_map(|(name, value)| match value {
            // Nothing that a client said may begin a line of its own.
            serde_json::Value::String(text) if !text.contains(['\r', '\n']) => {
                Some(format!("{name}={text}"))
            }
            serde_json::Value::Number(number) => Some(format!("{name}={number}")),
            _ => None,
        })
        .filter(|text| !text.contains(['\r', '\n']))
        .collect();
    if !texts.is_empty() {
        let _ = write!(text, "a=fmtp:{pt} {}\r\n", texts.join(";"));
    }
}
