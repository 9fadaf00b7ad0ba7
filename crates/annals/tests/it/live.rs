//! Streams: every event arrives once and in order, whatever happens on the way.

mod access;
mod follow;
mod limits;
pub mod reader;
mod websocket;
