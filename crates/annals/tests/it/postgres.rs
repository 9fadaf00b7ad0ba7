//! PostgreSQL only: rights that the database enforces, several servers on one journal, and a
//! database that goes away.

mod ageing;
mod bytes;
mod fleet;
mod outage;
mod rights;
mod takeover;
mod tamper;
