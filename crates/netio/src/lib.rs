//! UDP and TCP sockets, batching, segmentation offload; the only crate with `unsafe`.
