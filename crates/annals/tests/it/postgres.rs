//! What only PostgreSQL has: rights the database keeps itself, several servers on one journal,
//! and a database that can go away.

mod ageing;
mod bytes;
mod fleet;
mod outage;
mod rights;
mod takeover;
mod tamper;
