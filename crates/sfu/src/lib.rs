//! The sans-IO core: mediasoup's semantics, one `&mut self` per worker.
