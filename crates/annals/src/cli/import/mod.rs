//! `annals import`.

pub mod combined_log;
pub mod field;
pub mod ids;
pub mod mapping;
pub mod plan;
pub mod prepare;
pub mod read;
pub mod record;
pub mod shift;
pub mod sort;
pub mod spread;
pub mod template;
pub mod value;
pub mod when;
