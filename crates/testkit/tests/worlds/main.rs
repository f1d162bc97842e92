//! Worlds of whole peers, one subject a file. They are one program, since each would be linked for itself otherwise.

mod audio;
mod chaos;
mod connect;
mod data;
mod dtls;
mod edges;
mod estimation;
mod feedback;
mod ice;
mod layers;
mod lifecycle;
mod observers;
mod room;
mod security;
mod simulcast;
mod statistics;
mod storms;
