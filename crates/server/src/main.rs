//! The miso program: arguments, listeners, rooms, bot, embedded web app.
fn main() {}
