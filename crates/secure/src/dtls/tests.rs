use super::*;

mod connect;
mod hostile;
mod loss;
mod world;
