//! protoo framing and every message type of the demo's protocol.
