-- What is derived from the journal: a file of its own, synchronous=NORMAL, secure_delete=ON.
-- It has no migrations: an older form of it is dropped and read out of the journal again.

-- One row: the journal, its epoch and this form.
CREATE TABLE stamp (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  text TEXT NOT NULL
) STRICT;

-- How far each output has come, and by which version of its follower, under which settings.
CREATE TABLE checkpoints (
  output TEXT PRIMARY KEY,
  stamp TEXT NOT NULL,
  position INTEGER NOT NULL,
  as_of INTEGER
) STRICT, WITHOUT ROWID;

-- Events by day of the deployment's calendar (2026-11-21) and what they mean: `all`, or a role.
CREATE TABLE rollup_days (
  what TEXT NOT NULL,
  day TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (what, day)
) STRICT, WITHOUT ROWID;

-- What each person did by day: events, and of these sign-ins, things begun and things finished. One
-- row, since whatever a person does is told here.
CREATE TABLE rollup_people (
  day TEXT NOT NULL,
  subject TEXT NOT NULL,
  events INTEGER NOT NULL,
  logins INTEGER NOT NULL,
  started INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  PRIMARY KEY (day, subject)
) STRICT, WITHOUT ROWID;

-- Whether sign-ins are told at all.
CREATE INDEX rollup_people_logins ON rollup_people (day) WHERE logins > 0;

-- A copy of the days that the journal has closed, as they were when their people went: `people`,
-- `sessions`, learners by score, and what rollup_days counts. No output's: read out of the journal's
-- events again, they would be less.
CREATE TABLE frozen_days (
  day TEXT NOT NULL,
  what TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (day, what)
) STRICT, WITHOUT ROWID;

-- What each page was on such a day, as in page_days; how many people looked, and visits of nobody
-- known.
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

-- Between which days each person was active, and on which one they last learned.
CREATE TABLE active_spans (
  subject TEXT PRIMARY KEY,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  learned TEXT
) STRICT, WITHOUT ROWID;

-- Parts of a visit without a long gap, by one person; the day is that of its first event. `entry` is
-- the page it entered by, `entered` when; `actions` are what was done besides looking at pages, and
-- `engaged_ms` is how long pages were looked at.
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

-- Holds all that is asked about a day's sessions.
CREATE INDEX sessions_by_day ON sessions (day, subject, started, last);

-- Days that are over whose scores are kept: by which rules they were made, and whether sign-ins
-- were told then. One whose rules are empty is being scored; one that is missing is to be.
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

-- How many had which; it names nobody.
CREATE TABLE risk_counts (
  day TEXT NOT NULL,
  score INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (day, score)
) STRICT, WITHOUT ROWID;

-- Groups of errors, of which type and where, when each happened first and last.
CREATE TABLE error_groups (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  place TEXT,
  words TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often on which day.
CREATE TABLE error_days (
  id TEXT NOT NULL,
  day TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (id, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX error_days_by_day ON error_days (day, id, events);

-- Whom they hit.
CREATE TABLE error_people (
  id TEXT NOT NULL,
  day TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (id, day, subject)
) STRICT, WITHOUT ROWID;

-- The last few events of each group.
CREATE TABLE error_events (
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  day TEXT NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (id, position)
) STRICT, WITHOUT ROWID;

-- What was done with things by day: looked at, begun, finished, given up.
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

-- What each of them was called last, and when; whether anybody ever did more than look.
CREATE TABLE entities (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  named INTEGER,
  is_learning INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entities_learning ON entities (kind) WHERE is_learning;

-- The paths of pages, and the numbers they have here.
CREATE TABLE page_paths (
  page INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
) STRICT;

-- Pages by day: views, sessions that entered by them and those that left at once, and histograms
-- of the time they were looked at and took to load, in milliseconds.
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

-- Who looked at each page on each day: people, and visits of nobody known.
CREATE TABLE page_visitors (
  page INTEGER NOT NULL,
  day TEXT NOT NULL,
  anonymous INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (page, day, anonymous, id)
) STRICT, WITHOUT ROWID;
