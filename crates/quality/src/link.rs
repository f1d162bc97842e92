//! The estimator alone on a link: who sends, what the link does, what came of it.

mod catalogue;
mod flow;
mod receiver;
mod source;
mod trial;
mod world;

pub use catalogue::scenarios;
pub use trial::LinkScenario;
