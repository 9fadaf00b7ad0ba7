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
