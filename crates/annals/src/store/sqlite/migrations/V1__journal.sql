-- The journal's own file: it cannot be rebuilt; synchronous=FULL, secure_delete=ON.

-- One row: the journal's identity and head. The head is saved and not read from the events, because
-- the last events may be deleted and positions are never used twice.
CREATE TABLE annals_journal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  cursor_key BLOB NOT NULL,
  id_key BLOB NOT NULL,
  head INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE annals_events (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  category TEXT NOT NULL,
  action TEXT NOT NULL,
  severity INTEGER NOT NULL,
  actor_type INTEGER NOT NULL,
  actor_id TEXT,
  actor_name TEXT,
  subject_id TEXT,
  subject_name TEXT,
  account_id TEXT,
  entity_type TEXT,
  entity_id TEXT,
  entity_name TEXT,
  points_before INTEGER,
  points_after INTEGER,
  points_delta INTEGER,
  session_id TEXT,
  message TEXT NOT NULL,
  metadata TEXT,      -- canonical JSON; NULL for an empty object
  context TEXT,       -- page, client, request, error as one canonical JSON object
  salt BLOB,          -- dropped with the personal part
  commitment BLOB,    -- NULL while there is a salt to compute it from
  leaf BLOB NOT NULL, -- the first 8 bytes of the leaf
  anonymised_at INTEGER
) STRICT;

CREATE UNIQUE INDEX annals_events_by_id ON annals_events (id);

-- 256 positions each; the last one is open and its root changes with every commit.
CREATE TABLE annals_tiles (
  tile INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  min_occurred_at INTEGER NOT NULL,
  max_occurred_at INTEGER NOT NULL
) STRICT;

-- Deleted events: a range within one tile, the full leaves of its positions, and the reason.
CREATE TABLE annals_tombstones (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  leaves BLOB NOT NULL,
  reason TEXT NOT NULL,
  deleted_at INTEGER NOT NULL
) STRICT;

-- Ids of deleted events, hashed under the journal's id_key, refused until the day they expire.
CREATE TABLE annals_used_ids (
  hash BLOB PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE annals_keys (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT;

CREATE TABLE annals_sign_ins (
  hash BLOB PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('link', 'session')),
  role TEXT NOT NULL,
  label TEXT NOT NULL,
  key_id TEXT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE annals_settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
