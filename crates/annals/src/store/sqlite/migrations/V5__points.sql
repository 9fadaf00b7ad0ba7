-- Points for families: tasks and rewards, and the data that follow from the ledger's events. All
-- but the definitions can be rebuilt from the events.

CREATE TABLE annals_tasks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 0),
  is_good INTEGER NOT NULL CHECK (is_good IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE annals_rewards (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  cost INTEGER NOT NULL CHECK (cost >= 0)
) STRICT, WITHOUT ROWID;

-- One row for each child, written in the transaction that writes its event.
CREATE TABLE annals_accounts (
  child TEXT PRIMARY KEY,
  balance INTEGER NOT NULL,
  good_count INTEGER NOT NULL,
  good_points INTEGER NOT NULL,
  not_good_count INTEGER NOT NULL,
  not_good_points INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Requested rewards: one request for a child and a reward.
CREATE TABLE annals_requests (
  child TEXT NOT NULL,
  reward TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  PRIMARY KEY (child, reward)
) STRICT, WITHOUT ROWID;

-- The positions of points events, so that a page far back costs only a walk along an index.
CREATE TABLE annals_ledger (
  seq INTEGER PRIMARY KEY,
  child TEXT,
  account TEXT,
  kind INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL
) STRICT;

CREATE INDEX annals_ledger_by_child ON annals_ledger (child, seq, kind, occurred_at);
CREATE INDEX annals_ledger_by_account ON annals_ledger (account, seq, kind, occurred_at);

-- Saved answers to commands that may be repeated: hashes, and the position of the event.
CREATE TABLE annals_answers (
  slot BLOB PRIMARY KEY,
  body BLOB NOT NULL,
  seq INTEGER NOT NULL,
  child TEXT NOT NULL,
  account TEXT NOT NULL, -- as JSON, as it was then
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX annals_answers_by_until ON annals_answers (until);
