-- The journal, in the schema `annals`. Compared and sorted texts have a collation: bytes, as
-- everywhere in Annals, whatever the database's own is.

-- The identity of the journal.
CREATE TABLE annals_journal (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  id uuid NOT NULL,
  epoch integer NOT NULL,
  cursor_key bytea NOT NULL,
  id_key bytea NOT NULL,
  partition_width bigint NOT NULL CHECK (partition_width > 0)
);

-- The head. Appending locks this row until commit, so that positions are dense and become visible
-- in order. The frontier is the open tile's tree, folded: a hash for every power of two in its
-- size, greatest first. Every change of this row takes another turn, so a server that knows the
-- turn knows the row.
CREATE TABLE annals_journal_head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  turn bigint NOT NULL,
  seq bigint NOT NULL,
  created_at bigint NOT NULL,
  frontier bytea[] NOT NULL,
  min_occurred_at bigint,
  max_occurred_at bigint,
  room bigint NOT NULL, -- the first position after all partitions
  keys integer[] NOT NULL -- of the open block
) WITH (fillfactor = 10);

CREATE TABLE annals_events (
  seq bigint NOT NULL,
  id uuid NOT NULL,
  created_at bigint NOT NULL,
  occurred_at bigint, -- NULL where it is created_at
  category text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  class smallint NOT NULL,
  severity smallint NOT NULL,
  actor_type smallint NOT NULL,
  actor_id text COLLATE "C",
  actor_name text,
  subject_id text COLLATE "C",
  subject_name text,
  account_id text COLLATE "C",
  entity_type text COLLATE "C",
  entity_id text COLLATE "C",
  entity_name text,
  points_before bigint,
  points_after bigint,
  points_delta bigint,
  session_id text COLLATE "C",
  message text NOT NULL,
  metadata_text text, -- canonical JSON, as it was hashed; NULL for an empty object
  context text,       -- page, client, request, error as one canonical JSON object
  salt bytea,         -- dropped with the personal part
  commitment bytea,   -- NULL while there is a salt to compute it from
  leaf bytea NOT NULL, -- the first 8 bytes of the leaf
  anonymised_at bigint,
  PRIMARY KEY (seq) WITH (fillfactor = 100)
) PARTITION BY RANGE (seq);

-- The list index: the keys of each block of 64 positions, as keyed hashes of field and value that
-- differ with every 2^18 positions. It only names blocks worth reading; rows decide. The keys of
-- the open block are in the head.
CREATE TABLE annals_list_index (
  block bigint PRIMARY KEY,
  keys integer[] NOT NULL
);
-- Without a pending list, which every reader would have to read.
CREATE INDEX annals_list_index_by_key ON annals_list_index USING gin (keys)
  WITH (fastupdate = off);

-- Every combination of the fields with few values. Queries first find which of them match.
CREATE TABLE annals_kinds (
  key bigint PRIMARY KEY,
  category text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  class smallint NOT NULL,
  severity smallint NOT NULL,
  actor_type smallint NOT NULL,
  entity_type text COLLATE "C"
);

-- 256 positions each; the last one is open and its root changes with every commit. Counts are made
-- of the numbers of events by kind. Keys that all events of a tile have need not be looked up in
-- its rows.
CREATE TABLE annals_tiles (
  tile bigint PRIMARY KEY,
  size bigint NOT NULL,
  root bytea NOT NULL,
  min_occurred_at bigint NOT NULL,
  max_occurred_at bigint NOT NULL,
  kinds bigint[] NOT NULL,
  counts integer[] NOT NULL,
  common bigint[] NOT NULL
);

-- The sums of 64 full tiles.
CREATE TABLE annals_spans (
  span bigint PRIMARY KEY,
  min_occurred_at bigint NOT NULL,
  max_occurred_at bigint NOT NULL,
  kinds bigint[] NOT NULL,
  counts integer[] NOT NULL,
  common bigint[] NOT NULL
);

-- Deleted events: a range within one tile, the full leaves of its positions, and the reason.
CREATE TABLE annals_tombstones (
  first bigint PRIMARY KEY,
  last bigint NOT NULL,
  leaves bytea NOT NULL,
  reason text NOT NULL,
  deleted_at bigint NOT NULL
);

-- Ids of deleted events, hashed under the journal's id_key, refused until the day they expire.
CREATE TABLE annals_used_ids (
  hash bytea PRIMARY KEY,
  until bigint NOT NULL
);

CREATE TABLE annals_keys (
  id text COLLATE "C" PRIMARY KEY,
  hash bytea NOT NULL UNIQUE,
  role text NOT NULL,
  name text NOT NULL,
  origins text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
);

CREATE TABLE annals_sign_ins (
  hash bytea PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('link', 'session')),
  role text NOT NULL,
  label text NOT NULL,
  key_id text COLLATE "C",
  person_id text COLLATE "C",
  expires_at bigint NOT NULL
);

CREATE TABLE annals_settings (
  name text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);

-- Checkpoints of jobs that one server runs for all. They change with every step, and no server holds
-- them in memory.
CREATE TABLE annals_checkpoints (
  name text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);

-- The directory. Ids are the application's own.
CREATE TABLE annals_people (
  id text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('user', 'child')),
  name text,
  timezone text,
  consent_by text,
  consent_at bigint,
  consent_text_version text,
  collection text NOT NULL CHECK (collection IN ('full', 'essential', 'off')),
  archived_at bigint,
  words text[] COLLATE "C" NOT NULL
);

-- Guardians of children. A guardian need not be in the directory.
CREATE TABLE annals_guardianships (
  child text COLLATE "C" NOT NULL REFERENCES annals_people (id) ON DELETE CASCADE,
  place integer NOT NULL,
  guardian text COLLATE "C" NOT NULL,
  PRIMARY KEY (child, place)
);

CREATE INDEX annals_guardianships_by_guardian ON annals_guardianships (guardian, child);

-- Leases: a job that one server does for all, the server, and the expiry.
CREATE TABLE annals_leases (
  name text COLLATE "C" PRIMARY KEY,
  holder uuid NOT NULL,
  until timestamptz NOT NULL
);

-- Grows with every change to data that servers hold in memory (keys, people, settings), and with
-- every event anonymised or deleted, for the data that servers keep beside the journal.
CREATE TABLE annals_changes (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version bigint NOT NULL,
  rewritten bigint NOT NULL,
  deleted bigint NOT NULL
);
INSERT INTO annals_changes (version, rewritten, deleted) VALUES (0, 0, 0);

CREATE FUNCTION annals_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE annals_changes SET version = version + 1;
  RETURN NULL;
END
$$;

CREATE TRIGGER annals_changed
  AFTER INSERT OR DELETE OR UPDATE OF hash, role, name, origins, expires_at, revoked_at
  ON annals_keys EXECUTE FUNCTION annals_note_change();
CREATE TRIGGER annals_changed AFTER INSERT OR DELETE OR UPDATE
  ON annals_people EXECUTE FUNCTION annals_note_change();
CREATE TRIGGER annals_changed AFTER INSERT OR UPDATE
  ON annals_settings EXECUTE FUNCTION annals_note_change();

-- Written to test whether anything can be written, and never read.
CREATE TABLE annals_probe (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  tries bigint NOT NULL
);
INSERT INTO annals_probe (tries) VALUES (0);
