-- The output of followers: a file of its own, synchronous=NORMAL, secure_delete=ON. There are no
-- migrations: a file with another schema is dropped and rebuilt from the journal.

-- One row: the journal, its epoch and the schema.
CREATE TABLE stamp (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  text TEXT NOT NULL
) STRICT;

-- The checkpoint of each output, with the version and settings of its follower.
CREATE TABLE checkpoints (
  output TEXT PRIMARY KEY,
  stamp TEXT NOT NULL,
  position INTEGER NOT NULL,
  as_of INTEGER
) STRICT, WITHOUT ROWID;

-- Events by day of the configured time zone (2026-11-21) and meaning: `all`, or a role.
CREATE TABLE rollup_days (
  what TEXT NOT NULL,
  day TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (what, day)
) STRICT, WITHOUT ROWID;

-- Each person's activity by day: events, and of these sign-ins, starts and completions. One row for
-- all, since a person's activity is always read together.
CREATE TABLE rollup_people (
  day TEXT NOT NULL,
  subject TEXT NOT NULL,
  events INTEGER NOT NULL,
  logins INTEGER NOT NULL,
  started INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  PRIMARY KEY (day, subject)
) STRICT, WITHOUT ROWID;

-- Answers whether sign-ins are known at all.
CREATE INDEX rollup_people_logins ON rollup_people (day) WHERE logins > 0;

-- A copy of the journal's frozen days: `people`, `sessions`, learners by score, and the counts of
-- rollup_days. It belongs to no output, since a rebuild from the journal's events would give less.
CREATE TABLE frozen_days (
  day TEXT NOT NULL,
  what TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (day, what)
) STRICT, WITHOUT ROWID;

-- Each page's figures on a frozen day, as in page_days, with the numbers of people and anonymous
-- sessions.
CREATE TABLE frozen_pages (
  day TEXT NOT NULL,
  page INTEGER NOT NULL,
  views INTEGER NOT NULL,
  people INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  bounces INTEGER NOT NULL,
  engaged BLOB NOT NULL,
  load BLOB NOT NULL,
  PRIMARY KEY (day, page)
) STRICT, WITHOUT ROWID;

-- The first and last active day of each person, and the last one on which they learned.
CREATE TABLE active_spans (
  subject TEXT PRIMARY KEY,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  learned TEXT
) STRICT, WITHOUT ROWID;

-- Parts of a session id's events without a long gap, by one person, on the day of the first event.
-- `entry` is the first page and `entered` its time; `actions` counts events that are not page
-- views, and `engaged_ms` is the time spent on pages.
CREATE TABLE sessions (
  session_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  subject TEXT,
  started INTEGER NOT NULL,
  day TEXT NOT NULL,
  last INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  entry INTEGER,
  entered INTEGER,
  page_views INTEGER NOT NULL,
  actions INTEGER NOT NULL,
  engaged_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Covers all queries about a day's sessions.
CREATE INDEX sessions_by_day ON sessions (day, subject, started, last);

-- Past days with saved scores: the rules they were computed by, and whether sign-ins were known. A
-- day with empty rules is being scored; a missing one must be scored.
CREATE TABLE risk_days (
  day TEXT PRIMARY KEY,
  rules TEXT NOT NULL,
  logins INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each learner's score at the end of a day, in hundredths.
CREATE TABLE risk_scores (
  day TEXT NOT NULL,
  subject TEXT NOT NULL,
  score INTEGER NOT NULL,
  PRIMARY KEY (day, subject)
) STRICT, WITHOUT ROWID;

-- The number of learners by score, without names.
CREATE TABLE risk_counts (
  day TEXT NOT NULL,
  score INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (day, score)
) STRICT, WITHOUT ROWID;

-- Error groups: type and place, and the times of the first and last error.
CREATE TABLE error_groups (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  place TEXT,
  words TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Number of errors by day.
CREATE TABLE error_days (
  id TEXT NOT NULL,
  day TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (id, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX error_days_by_day ON error_days (day, id, events);

-- People affected.
CREATE TABLE error_people (
  id TEXT NOT NULL,
  day TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (id, day, subject)
) STRICT, WITHOUT ROWID;

-- The latest events of each group.
CREATE TABLE error_events (
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  day TEXT NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (id, position)
) STRICT, WITHOUT ROWID;

-- Uses of entities by day: views, starts, completions and abandonments.
CREATE TABLE entity_days (
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  views INTEGER NOT NULL,
  starts INTEGER NOT NULL,
  completions INTEGER NOT NULL,
  abandonments INTEGER NOT NULL,
  PRIMARY KEY (day, kind, id)
) STRICT, WITHOUT ROWID;

-- The latest name of each entity and its time, and whether anybody ever did more than view it.
CREATE TABLE entities (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  named INTEGER,
  is_learning INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entities_learning ON entities (kind) WHERE is_learning;

-- The paths of pages, with their numbers in this file.
CREATE TABLE page_paths (
  page INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
) STRICT;

-- Pages by day: views, sessions that began there, those that left at once, and histograms of the
-- time spent and the loading time, in milliseconds.
CREATE TABLE page_days (
  day TEXT NOT NULL,
  page INTEGER NOT NULL,
  views INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  bounces INTEGER NOT NULL,
  engaged BLOB NOT NULL,
  load BLOB NOT NULL,
  PRIMARY KEY (day, page)
) STRICT, WITHOUT ROWID;

-- Visitors of each page by day: people, and anonymous sessions.
CREATE TABLE page_visitors (
  page INTEGER NOT NULL,
  day TEXT NOT NULL,
  anonymous INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (page, day, anonymous, id)
) STRICT, WITHOUT ROWID;
