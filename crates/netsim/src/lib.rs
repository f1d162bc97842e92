//! A link emulator with real queues and virtual time (development only).
