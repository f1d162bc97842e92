//! How much a client may send, and the numbers of the protocol itself.

/// Bytes of a text frame or message. What is longer ends the connection.
pub const MAX_MESSAGE_BYTES: usize = 960_000;
/// How deep arrays and objects of a message may be nested. The deepest real one, a `produce`, has 6 levels.
pub const MAX_JSON_DEPTH: usize = 32;
/// Bytes of a room's or peer's id.
pub const MAX_NAME_ID_BYTES: usize = 256;
/// Bytes of an id that the server gave out: transports, producers, consumers.
pub const MAX_OBJECT_ID_BYTES: usize = 64;
/// Bytes of a display name.
pub const MAX_DISPLAY_NAME_BYTES: usize = 256;
/// Bytes of each text that describes a device; longer ones are cut.
pub const MAX_DEVICE_BYTES: usize = 64;
/// Bytes of `appData`, written as JSON. It goes to every consumer.
pub const MAX_APP_DATA_BYTES: usize = 4_096;
/// Bytes of a DataChannel's label or protocol.
pub const MAX_LABEL_BYTES: usize = 256;
/// Fingerprints in DTLS parameters.
pub const MAX_FINGERPRINTS: usize = 16;
/// Bytes of a secret.
pub const MAX_SECRET_BYTES: usize = 256;
/// How many characters of an unknown method's name are repeated to the client.
pub const MAX_ECHOED_METHOD_CHARS: usize = 64;
/// Extra copies of each consumer that whoever opens a room may ask for, to make load.
pub const MAX_CONSUMER_REPLICAS: u8 = 16;

/// Close code that tells protoo's client not to come back.
pub const CLOSE_CODE_FINAL: u16 = 4000;
/// The reason that goes with [`CLOSE_CODE_FINAL`].
pub const CLOSE_REASON_FINAL: &str = "closed by protoo-server";
