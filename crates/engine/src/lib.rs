//! The public Rust API: worker threads, mailboxes, async handles for worker, router, transport, producer, consumer, observers.
