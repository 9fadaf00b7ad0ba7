-- Points for families: tasks and rewards, and the data that follow from the ledger's events.

CREATE TABLE annals_tasks (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  points bigint NOT NULL CHECK (points >= 0),
  is_good boolean NOT NULL
);

CREATE TABLE annals_rewards (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  cost bigint NOT NULL CHECK (cost >= 0)
);

-- One row for each child, written in the transaction that writes its event.
CREATE TABLE annals_accounts (
  child text COLLATE "C" PRIMARY KEY,
  balance bigint NOT NULL,
  good_count bigint NOT NULL,
  good_points bigint NOT NULL,
  not_good_count bigint NOT NULL,
  not_good_points bigint NOT NULL
);

-- Requested rewards: one request for a child and a reward.
CREATE TABLE annals_requests (
  child text COLLATE "C" NOT NULL,
  reward text COLLATE "C" NOT NULL,
  requested_at bigint NOT NULL,
  PRIMARY KEY (child, reward)
);

-- The positions of points events, so that a page far back costs only a walk along an index.
CREATE TABLE annals_ledger (
  seq bigint PRIMARY KEY,
  child text COLLATE "C",
  account text COLLATE "C",
  kind smallint NOT NULL,
  occurred_at bigint NOT NULL
);

CREATE INDEX annals_ledger_by_child ON annals_ledger (child, seq) INCLUDE (kind, occurred_at);
CREATE INDEX annals_ledger_by_account ON annals_ledger (account, seq) INCLUDE (kind, occurred_at);

-- Saved answers to commands that may be repeated, by hashes.
CREATE TABLE annals_answers (
  slot bytea PRIMARY KEY,
  body bytea NOT NULL,
  seq bigint NOT NULL,
  child text COLLATE "C" NOT NULL,
  account text NOT NULL, -- as JSON, as it was then
  until bigint NOT NULL
);

CREATE INDEX annals_answers_by_until ON annals_answers (until);

-- Personal rows are closed, as in V3: the server works with them, and a viewer reads their own and
-- their children's. Answers are for the server only.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'annals_accounts', 'annals_requests', 'annals_ledger', 'annals_answers'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY server ON %I TO annals_writer USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

CREATE POLICY viewer ON annals_accounts FOR SELECT TO annals_reader
  USING ((SELECT annals_sees_everybody()) OR child = ANY ((SELECT annals_sees())::text[]));
CREATE POLICY viewer ON annals_requests FOR SELECT TO annals_reader
  USING ((SELECT annals_sees_everybody()) OR child = ANY ((SELECT annals_sees())::text[]));
CREATE POLICY viewer ON annals_ledger FOR SELECT TO annals_reader
  USING ((SELECT annals_sees_everybody()) OR child = ANY ((SELECT annals_sees())::text[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON
  annals_tasks, annals_rewards, annals_accounts, annals_requests, annals_ledger, annals_answers
  TO annals_writer;
GRANT SELECT ON annals_accounts, annals_requests, annals_ledger TO annals_reader;
