//! Who may do what, and that nothing secret is written down.

mod keys;
mod secrets;
mod sessions;
