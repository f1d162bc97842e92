//! RTP capabilities and parameters: validation, matching, mapping; pure functions.
