//! The data of `annals demo`: a course of real students, a real web server's visitors and four
//! made-up families, as one record that ends now.
//!
//! * [`sources`](fn@sources) merges them by time, in constant memory; [`load`](fn@load) sends them.
//! * [`people`](people::people) is the directory of the families, [`definitions`] the tasks and
//!   rewards of their children.

pub mod dice;
pub mod examples;
pub mod families;
mod faults;
mod house;
mod learning;
mod ledger;
pub mod load;
pub mod people;
pub mod sources;
pub mod story;

pub use examples::Examples;
pub use ledger::definitions;
pub use load::load;
pub use people::{Person, people};
pub use sources::{Size, sources};
