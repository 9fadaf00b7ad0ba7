-- What was counted of days before their events lost their people, or went: it cannot be read out of them
-- again. Days are those of the calendar they were counted by (2026-11-21). What is here is about
-- nobody: paths have nobody's id in them.

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

-- For the server alone: what a viewer may see of it, the server decides.
ALTER TABLE annals_frozen_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE annals_frozen_days FORCE ROW LEVEL SECURITY;
ALTER TABLE annals_frozen_pages ENABLE ROW LEVEL SECURITY;
ALTER TABLE annals_frozen_pages FORCE ROW LEVEL SECURITY;
CREATE POLICY server ON annals_frozen_days TO annals_writer USING (true) WITH CHECK (true);
CREATE POLICY server ON annals_frozen_pages TO annals_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON annals_frozen_days, annals_frozen_pages TO annals_writer;
