//! ICE-lite server: tuples, candidates, consent.
