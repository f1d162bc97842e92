//! A world of simulated peers on miso-netsim (development only).
