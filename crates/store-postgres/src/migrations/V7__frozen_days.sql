-- Counts of days whose events were anonymised or deleted, and which cannot be rebuilt from them.
-- Days are in the configured time zone (2026-11-21). The rows name nobody; paths contain no
-- person's id.

-- `people`, `sessions`, events by role, learners by score.
CREATE TABLE annals_frozen_days (
  day text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (day, what)
);

-- Times are histograms, in milliseconds.
CREATE TABLE annals_frozen_pages (
  day text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  views bigint NOT NULL,
  people bigint NOT NULL,
  sessions bigint NOT NULL,
  entries bigint NOT NULL,
  bounces bigint NOT NULL,
  engaged bytea NOT NULL,
  load bytea NOT NULL,
  PRIMARY KEY (day, path)
);

-- For the server only, which decides what a viewer may see of it.
ALTER TABLE annals_frozen_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE annals_frozen_days FORCE ROW LEVEL SECURITY;
ALTER TABLE annals_frozen_pages ENABLE ROW LEVEL SECURITY;
ALTER TABLE annals_frozen_pages FORCE ROW LEVEL SECURITY;
CREATE POLICY server ON annals_frozen_days TO annals_writer USING (true) WITH CHECK (true);
CREATE POLICY server ON annals_frozen_pages TO annals_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON annals_frozen_days, annals_frozen_pages TO annals_writer;
