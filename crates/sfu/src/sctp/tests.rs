//! Two of our associations over a seeded, lossy pipe in virtual time.

mod hostile;
mod interop;
mod lifecycle;
mod messages;
mod world;
