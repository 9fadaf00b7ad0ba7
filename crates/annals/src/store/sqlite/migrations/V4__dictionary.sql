-- The dictionary: values that many events share are written once, and events keep their numbers:
-- category and action; a person's id and name; an entity's type, id and name; a session.
--
-- A row holds a full tuple, never a single text: it is about one person, entity or session, and is
-- deleted with them. Kinds name nobody; every other row serves the events of one block of 65,536
-- positions: its number is (block << 24) + n, and an event keeps n. So one block shows whether a
-- row is still used, without reading the journal and without an index. AUTOINCREMENT: a number is
-- never used twice.
CREATE TABLE annals_kinds (
  kind INTEGER PRIMARY KEY AUTOINCREMENT,
  category TEXT NOT NULL,
  action TEXT NOT NULL
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

CREATE TABLE annals_events_new (
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

-- Move the existing events.
INSERT INTO annals_kinds (category, action)
  SELECT category, action FROM annals_events GROUP BY category, action ORDER BY min(seq);

INSERT INTO annals_persons (person, id, name)
  SELECT (block << 24) + row_number() OVER (PARTITION BY block ORDER BY first), id, name FROM (
    SELECT block, id, name, min(seq) AS first FROM (
      SELECT (seq - 1) >> 16 AS block, seq, actor_id AS id, actor_name AS name FROM annals_events
      UNION ALL
      SELECT (seq - 1) >> 16, seq, subject_id, subject_name FROM annals_events
      UNION ALL
      SELECT (seq - 1) >> 16, seq, account_id, NULL FROM annals_events)
    WHERE id IS NOT NULL OR name IS NOT NULL
    GROUP BY block, id, name);

INSERT INTO annals_entities (entity, type, id, name)
  SELECT (block << 24) + row_number() OVER (PARTITION BY block ORDER BY first),
    entity_type, entity_id, entity_name FROM (
    SELECT (seq - 1) >> 16 AS block, entity_type, entity_id, entity_name, min(seq) AS first
    FROM annals_events WHERE entity_type IS NOT NULL
    GROUP BY block, entity_type, entity_id, entity_name);

-- Finds rows by their values while the events are moved. An absent text differs from an empty one.
CREATE INDEX annals_kinds_by_words ON annals_kinds (category, action);
CREATE INDEX annals_persons_by_words
  ON annals_persons (person >> 24, ifnull('=' || id, ''), ifnull('=' || name, ''));
CREATE INDEX annals_entities_by_words
  ON annals_entities (entity >> 24, type, ifnull('=' || id, ''), ifnull('=' || name, ''));

INSERT INTO annals_events_new
  SELECT seq, id, created_at, nullif(occurred_at - created_at, 0),
    (SELECT kind FROM annals_kinds k WHERE k.category = e.category AND k.action = e.action),
    severity, actor_type,
    (SELECT person & 0xffffff FROM annals_persons p WHERE person >> 24 = (seq - 1) >> 16
      AND ifnull('=' || p.id, '') = ifnull('=' || actor_id, '')
      AND ifnull('=' || p.name, '') = ifnull('=' || actor_name, '')),
    (SELECT person & 0xffffff FROM annals_persons p WHERE person >> 24 = (seq - 1) >> 16
      AND ifnull('=' || p.id, '') = ifnull('=' || subject_id, '')
      AND ifnull('=' || p.name, '') = ifnull('=' || subject_name, '')),
    (SELECT person & 0xffffff FROM annals_persons p WHERE person >> 24 = (seq - 1) >> 16
      AND ifnull('=' || p.id, '') = ifnull('=' || account_id, '')
      AND ifnull('=' || p.name, '') = ''),
    (SELECT entity & 0xffffff FROM annals_entities t WHERE entity >> 24 = (seq - 1) >> 16
      AND t.type = entity_type
      AND ifnull('=' || t.id, '') = ifnull('=' || entity_id, '')
      AND ifnull('=' || t.name, '') = ifnull('=' || entity_name, '')),
    NULL, points_before, points_after, points_delta, message, metadata, context, salt, commitment,
    leaf, anonymised_at
  FROM annals_events e ORDER BY seq;

INSERT INTO annals_sessions (session, person, session_id)
  SELECT (block << 24) + row_number() OVER (PARTITION BY block ORDER BY first), person, session_id
  FROM (
    SELECT (e.seq - 1) >> 16 AS block, ifnull(n.subject, n.actor) AS person, e.session_id,
      min(e.seq) AS first
    FROM annals_events e JOIN annals_events_new n ON n.seq = e.seq
    WHERE e.session_id IS NOT NULL
    GROUP BY 1, 2, 3);

CREATE INDEX annals_sessions_by_words
  ON annals_sessions (session >> 24, session_id, ifnull(person, 0));

UPDATE annals_events_new AS n SET session =
  (SELECT s.session & 0xffffff FROM annals_sessions s, annals_events e
    WHERE e.seq = n.seq AND s.session >> 24 = (n.seq - 1) >> 16 AND s.session_id = e.session_id
    AND ifnull(s.person, 0) = ifnull(ifnull(n.subject, n.actor), 0))
  WHERE seq IN (SELECT seq FROM annals_events WHERE session_id IS NOT NULL);

DROP INDEX annals_kinds_by_words;
DROP INDEX annals_persons_by_words;
DROP INDEX annals_entities_by_words;
DROP INDEX annals_sessions_by_words;
DROP TABLE annals_events;
-- Legacy mode does not check a host's own views and triggers, which may be broken.
PRAGMA legacy_alter_table = ON;
ALTER TABLE annals_events_new RENAME TO annals_events;
PRAGMA legacy_alter_table = OFF;
CREATE UNIQUE INDEX annals_events_by_id ON annals_events (id);

-- An event with its dictionary values, for queries by them.
CREATE VIEW annals_event_words AS SELECT
  seq, id, created_at, created_at + ifnull(occurred_at, 0) AS occurred_at,
  (SELECT category FROM annals_kinds k WHERE k.kind = e.kind) AS category,
  (SELECT action FROM annals_kinds k WHERE k.kind = e.kind) AS action,
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
