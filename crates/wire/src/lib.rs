//! Bytes to values and back: RTP, RTCP, STUN framing, header extensions, codec descriptors; ids and units.
