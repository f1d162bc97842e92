//! Benchmarks of the packet path beside the physical limit.
