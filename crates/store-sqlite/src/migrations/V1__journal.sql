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

-- The dictionary: values that many events share are written once, and events keep their numbers:
-- category, action and class; a person's id and name; an entity's type, id and name; a session.
--
-- A row holds a full tuple, never a single text: it is about one person, entity or session, and is
-- deleted with them. Kinds name nobody; every other row serves the events of one block of 65,536
-- positions: its number is (block << 24) + n, and an event keeps n. So one block shows whether a
-- row is still used, without reading the journal and without an index. AUTOINCREMENT: a number is
-- never used twice.
CREATE TABLE annals_kinds (
  kind INTEGER PRIMARY KEY AUTOINCREMENT,
  category TEXT NOT NULL,
  action TEXT NOT NULL,
  class INTEGER NOT NULL
) STRICT;

-- Actors, subjects, accounts.
CREATE TABLE annals_persons (
  person INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT,
  name TEXT
) STRICT;

CREATE TABLE annals_entities (
  entity INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  id TEXT,
  name TEXT
) STRICT;

-- The session of one person: the subject of its events, otherwise their actor.
CREATE TABLE annals_sessions (
  session INTEGER PRIMARY KEY AUTOINCREMENT,
  person INTEGER,
  session_id TEXT NOT NULL
) STRICT;

-- Blocks, each by one of its positions, in which events were deleted and unused rows may be left.
CREATE TABLE annals_garbage (
  mark INTEGER PRIMARY KEY AUTOINCREMENT,
  seq INTEGER NOT NULL
) STRICT;

CREATE TABLE annals_events (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  occurred_at INTEGER, -- microseconds from created_at; NULL: the same moment
  kind INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  actor_type INTEGER NOT NULL,
  actor INTEGER,       -- annals_persons
  subject INTEGER,     -- annals_persons
  account INTEGER,     -- annals_persons
  entity INTEGER,
  session INTEGER,
  points_before INTEGER,
  points_after INTEGER,
  points_delta INTEGER,
  message TEXT NOT NULL,
  metadata TEXT,       -- canonical JSON; NULL for an empty object
  context TEXT,        -- page, client, request, error as one canonical JSON object
  salt BLOB,           -- dropped with the personal part
  commitment BLOB,     -- NULL while there is a salt to compute it from
  leaf BLOB NOT NULL,  -- the first 8 bytes of the leaf
  anonymised_at INTEGER
) STRICT;

CREATE UNIQUE INDEX annals_events_by_id ON annals_events (id);
-- For lists by when events happened; of those of one moment, by position.
CREATE INDEX annals_events_by_time ON annals_events (created_at + ifnull(occurred_at, 0));

-- An event with its dictionary values, for queries by them.
CREATE VIEW annals_event_words AS SELECT
  seq, id, created_at, created_at + ifnull(occurred_at, 0) AS occurred_at,
  (SELECT category FROM annals_kinds k WHERE k.kind = e.kind) AS category,
  (SELECT action FROM annals_kinds k WHERE k.kind = e.kind) AS action,
  (SELECT class FROM annals_kinds k WHERE k.kind = e.kind) AS class,
  severity, actor_type,
  (SELECT p.id FROM annals_persons p WHERE p.person = ((seq - 1) >> 16 << 24) + e.actor) AS actor_id,
  (SELECT p.name FROM annals_persons p WHERE p.person = ((seq - 1) >> 16 << 24) + e.actor) AS actor_name,
  (SELECT p.id FROM annals_persons p WHERE p.person = ((seq - 1) >> 16 << 24) + e.subject) AS subject_id,
  (SELECT p.name FROM annals_persons p WHERE p.person = ((seq - 1) >> 16 << 24) + e.subject) AS subject_name,
  (SELECT p.id FROM annals_persons p WHERE p.person = ((seq - 1) >> 16 << 24) + e.account) AS account_id,
  (SELECT t.type FROM annals_entities t WHERE t.entity = ((seq - 1) >> 16 << 24) + e.entity) AS entity_type,
  (SELECT t.id FROM annals_entities t WHERE t.entity = ((seq - 1) >> 16 << 24) + e.entity) AS entity_id,
  (SELECT t.name FROM annals_entities t WHERE t.entity = ((seq - 1) >> 16 << 24) + e.entity) AS entity_name,
  points_before, points_after, points_delta,
  (SELECT s.session_id FROM annals_sessions s WHERE s.session = ((seq - 1) >> 16 << 24) + e.session) AS session_id,
  message, metadata, context, anonymised_at
FROM annals_events e;

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
  origins TEXT NOT NULL, -- the origins of web pages that may use an ingest key: a JSON array
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
  person_id TEXT, -- the person whose own token opened the session
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE annals_settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Checkpoints of jobs. They change with every step.
CREATE TABLE annals_checkpoints (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Written to test whether anything can be written, and never read.
CREATE TABLE annals_probe (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  tries INTEGER NOT NULL
) STRICT;
INSERT INTO annals_probe (one, tries) VALUES (1, 0);

-- The directory. Ids are the application's own.
CREATE TABLE annals_people (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'child')),
  name TEXT,
  timezone TEXT,
  consent_by TEXT,
  consent_at INTEGER,
  consent_text_version TEXT,
  collection TEXT NOT NULL CHECK (collection IN ('full', 'essential', 'off')),
  archived_at INTEGER
) STRICT, WITHOUT ROWID;

-- Guardians of children. A guardian need not be in the directory.
CREATE TABLE annals_guardianships (
  child TEXT NOT NULL REFERENCES annals_people (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  guardian TEXT NOT NULL,
  PRIMARY KEY (child, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX annals_guardianships_by_guardian ON annals_guardianships (guardian, child);

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

-- Counts of days whose events were anonymised or deleted, and which cannot be rebuilt from them.
-- Days are in the configured time zone (2026-11-21).

-- `people`, `sessions`, events by role, learners by score.
CREATE TABLE annals_frozen_days (
  day TEXT NOT NULL,
  what TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (day, what)
) STRICT, WITHOUT ROWID;

-- Paths contain no person's id. Times are histograms, in milliseconds.
CREATE TABLE annals_frozen_pages (
  day TEXT NOT NULL,
  path TEXT NOT NULL,
  views INTEGER NOT NULL,
  people INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  bounces INTEGER NOT NULL,
  engaged BLOB NOT NULL,
  load BLOB NOT NULL,
  PRIMARY KEY (day, path)
) STRICT, WITHOUT ROWID;
