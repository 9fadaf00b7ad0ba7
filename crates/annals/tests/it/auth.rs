//! Authentication: keys, sessions, and no secret written down.

mod keys;
mod secrets;
mod sessions;
