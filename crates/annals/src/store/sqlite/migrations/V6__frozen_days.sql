-- What was counted of days before their events lost their people, or went: it cannot be read out of them
-- again. Days are those of the calendar they were counted by (2026-11-21).

-- `people`, `sessions`, events by role, learners by score.
CREATE TABLE annals_frozen_days (
  day TEXT NOT NULL,
  what TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (day, what)
) STRICT, WITHOUT ROWID;

-- Paths have nobody's id in them. Times are histograms, in milliseconds.
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
