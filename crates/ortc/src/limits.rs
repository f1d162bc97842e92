//! How much a client may send. Generous: no browser comes near, so what exceeds them is an accident or an attack.

/// Codecs in capabilities or parameters. There are 128 payload types; Chromium lists some 50.
pub const MAX_CODECS: usize = 128;
/// Header extensions in capabilities (listed once per kind) or parameters. Chromium lists some 35.
pub const MAX_HEADER_EXTENSIONS: usize = 128;
/// Encodings of one producer. Browsers stop at 3, mediasoup's users at 4.
pub const MAX_ENCODINGS: usize = 16;
/// Format parameters of one codec or header extension.
pub const MAX_PARAMETERS: usize = 64;
/// Feedback mechanisms of one codec.
pub const MAX_RTCP_FEEDBACK: usize = 32;
/// Bytes of a name: MIME type, parameter name, feedback type, scalability mode.
pub const MAX_NAME_BYTES: usize = 128;
/// Bytes of a header extension's URI.
pub const MAX_URI_BYTES: usize = 256;
/// Bytes of a format parameter's value; H.264's `sprop-parameter-sets` are the long ones.
pub const MAX_PARAMETER_BYTES: usize = 2_048;
/// Bytes of a CNAME: what the length field of an SDES item can say (RFC 3550, section 6.5).
pub const MAX_CNAME_BYTES: usize = 255;
/// Bytes of an msid: two tokens of 64 and a space would do (RFC 8830, section 2).
pub const MAX_MSID_BYTES: usize = 512;
/// Bytes of a MID or RID, as `miso-wire` holds them.
pub const MAX_ID_BYTES: usize = 32;
/// Highest SCTP stream id; 65535 is reserved (RFC 8832, section 6).
pub const MAX_SCTP_STREAM_ID: u16 = 65_534;
