-- Changed or deleted rows stay in a table's file until the table is rewritten. These functions do
-- what the server needs for that and may not do itself: each does one thing as the owner, and
-- checks whether it is allowed. A partition is rewritten as a twin, while events are appended.

-- Tables and partitions that may hold bytes of erased or deleted rows. `changes` grows, so that a
-- server copying a table notices a change.
CREATE TABLE annals_garbage (
  name text COLLATE "C" PRIMARY KEY,
  changes bigint NOT NULL,
  since timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON annals_garbage TO annals_writer;

-- Marks tables.
CREATE FUNCTION annals_mark(names text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO annals_garbage AS s (name, changes, since)
  SELECT g.name, 1, clock_timestamp() FROM (SELECT DISTINCT unnest(names) AS name ORDER BY 1) g
  ON CONFLICT (name) DO UPDATE SET changes = s.changes + 1
$$;

-- Marks the partitions of these positions, before anything in them is changed.
CREATE FUNCTION annals_mark_positions(positions bigint[]) RETURNS void LANGUAGE sql AS $$
  SELECT annals_mark(ARRAY(
    SELECT DISTINCT c.relname::text FROM annals_events e JOIN pg_class c ON c.oid = e.tableoid
    WHERE e.seq = ANY (positions)))
$$;

-- A running erasure keeps the person's id in its checkpoint, and removes it at the end.
CREATE FUNCTION annals_mark_checkpoints() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM annals_mark(ARRAY['annals_checkpoints']);
  RETURN NULL;
END
$$;
CREATE TRIGGER annals_cleared AFTER DELETE ON annals_checkpoints
  FOR EACH ROW EXECUTE FUNCTION annals_mark_checkpoints();

-- Keeps personal values out of the planner's statistics, which hold samples of columns that only a
-- superuser could clear. Queries by these values use the list index and positions, which need no
-- statistics.
CREATE FUNCTION annals_hush(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = annals, pg_temp AS $$
DECLARE
  personal text;
BEGIN
  FOR personal IN
    SELECT a.attname FROM pg_attribute a
    WHERE a.attrelid = format('annals.%I', name)::regclass AND a.attname IN (
      'actor_id', 'actor_name', 'subject_id', 'subject_name', 'account_id', 'entity_id',
      'entity_name', 'session_id', 'message', 'metadata_text', 'context', 'id', 'name', 'words',
      'consent_by', 'timezone', 'child', 'guardian', 'account', 'person_id', 'label', 'value')
      AND a.atttypid IN ('text'::regtype, 'text[]'::regtype)
  LOOP
    EXECUTE format('ALTER TABLE annals.%I ALTER COLUMN %I SET STATISTICS 0', name, personal);
  END LOOP;
END
$$;
SELECT annals_hush(c.relname) FROM pg_class c
WHERE c.relnamespace = 'annals'::regnamespace AND c.relkind IN ('r', 'p');

-- The positions of a partition, the last one not included; NULL for another table.
CREATE FUNCTION annals_bounds(partition text, OUT first bigint, OUT beyond bigint)
LANGUAGE sql STABLE SET search_path = annals, pg_temp AS $$
  SELECT bounds[1]::bigint, bounds[2]::bigint
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
    regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(\d+)''\) TO \(''(\d+)''\)') AS bounds
  WHERE i.inhparent = 'annals_events'::regclass AND c.relname = partition
$$;

-- Drops an empty partition that will stay empty. The caller has locked the head.
CREATE FUNCTION annals_drop_empty(partition text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = annals, pg_temp AS $$
DECLARE
  beyond bigint := (annals_bounds(partition)).beyond;
  there boolean;
BEGIN
  IF beyond IS NULL OR beyond > (SELECT h.seq FROM annals_journal_head h) THEN
    RETURN false;
  END IF;
  -- Nobody can append or read until this is committed.
  LOCK TABLE annals_events IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER TABLE annals.%I NO FORCE ROW LEVEL SECURITY', partition);
  EXECUTE format('SELECT EXISTS (SELECT FROM annals.%I)', partition) INTO there;
  IF there THEN
    EXECUTE format('ALTER TABLE annals.%I FORCE ROW LEVEL SECURITY', partition);
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE annals.%I', partition);
  DELETE FROM annals_garbage s WHERE s.name = partition;
  RETURN true;
END
$$;

-- Makes an empty twin of a partition, into which the server copies.
CREATE FUNCTION annals_make_twin(partition text, OUT first bigint, OUT beyond bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = annals, pg_temp AS $$
BEGIN
  SELECT b.first, b.beyond INTO first, beyond FROM annals_bounds(partition) b;
  -- An interrupted run may have left one.
  DROP TABLE IF EXISTS annals.annals_events_twin;
  IF first IS NULL THEN
    RETURN;
  END IF;
  CREATE TABLE annals.annals_events_twin (LIKE annals.annals_events INCLUDING ALL);
  CREATE UNIQUE INDEX annals_events_twin_by_id ON annals.annals_events_twin (id);
  CREATE INDEX annals_events_twin_by_time
    ON annals.annals_events_twin (coalesce(occurred_at, created_at), seq);
  -- Lets the twin be attached without a scan.
  EXECUTE format('ALTER TABLE annals.annals_events_twin
    ADD CONSTRAINT within CHECK (seq >= %s AND seq < %s)', first, beyond);
  PERFORM annals_hush('annals_events_twin');
  ALTER TABLE annals.annals_events_twin ENABLE ROW LEVEL SECURITY;
  ALTER TABLE annals.annals_events_twin FORCE ROW LEVEL SECURITY;
  REVOKE ALL ON annals.annals_events_twin FROM PUBLIC, annals_writer, annals_reader;
  CREATE POLICY copying ON annals.annals_events_twin FOR INSERT TO annals_writer WITH CHECK (true);
  GRANT INSERT ON annals.annals_events_twin TO annals_writer;
END
$$;

-- Replaces a partition by its twin. The caller has locked the head, has copied all rows, and knows
-- that none was changed since.
CREATE FUNCTION annals_put_twin(partition text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = annals, pg_temp AS $$
DECLARE
  first bigint; beyond bigint;
BEGIN
  SELECT b.first, b.beyond INTO STRICT first, beyond FROM annals_bounds(partition) b;
  LOCK TABLE annals_events IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('DROP TABLE annals.%I', partition);
  REVOKE ALL ON annals.annals_events_twin FROM annals_writer;
  DROP POLICY copying ON annals.annals_events_twin;
  EXECUTE format('ALTER TABLE annals.annals_events ATTACH PARTITION annals.annals_events_twin
    FOR VALUES FROM (%s) TO (%s)', first, beyond);
  ALTER TABLE annals.annals_events_twin DROP CONSTRAINT within;
  EXECUTE format('ALTER INDEX annals.annals_events_twin_pkey RENAME TO %I', partition || '_pkey');
  EXECUTE format('ALTER INDEX annals.annals_events_twin_by_id RENAME TO %I', partition || '_by_id');
  EXECUTE format('ALTER INDEX annals.annals_events_twin_by_time RENAME TO %I',
    partition || '_by_time');
  EXECUTE format('ALTER TABLE annals.annals_events_twin RENAME TO %I', partition);
  DELETE FROM annals_garbage s WHERE s.name = partition;
END
$$;

-- Rewrites a smaller table. Adding a computed column makes PostgreSQL rewrite it with the current
-- rows only; VACUUM FULL and CLUSTER keep rows that older snapshots could still see.
CREATE FUNCTION annals_rewrite(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = annals, pg_temp AS $$
DECLARE
  change text := CASE name
    WHEN 'annals_people' THEN 'consent_at TYPE bigint USING consent_at + 0'
    WHEN 'annals_guardianships' THEN 'place TYPE integer USING place + 0'
    WHEN 'annals_sign_ins' THEN 'expires_at TYPE bigint USING expires_at + 0'
    WHEN 'annals_accounts' THEN 'balance TYPE bigint USING balance + 0'
    WHEN 'annals_requests' THEN 'requested_at TYPE bigint USING requested_at + 0'
    WHEN 'annals_answers' THEN 'seq TYPE bigint USING seq + 0'
    WHEN 'annals_ledger' THEN 'occurred_at TYPE bigint USING occurred_at + 0'
    WHEN 'annals_checkpoints' THEN 'value TYPE text USING value || '''''
  END;
BEGIN
  IF change IS NOT NULL THEN
    EXECUTE format('ALTER TABLE annals.%I ALTER COLUMN ', name) || change;
  END IF;
  DELETE FROM annals_garbage s WHERE s.name = annals_rewrite.name;
END
$$;

REVOKE ALL ON FUNCTION annals_mark, annals_mark_positions, annals_mark_checkpoints, annals_hush,
  annals_bounds, annals_drop_empty, annals_make_twin, annals_put_twin, annals_rewrite FROM PUBLIC;
GRANT EXECUTE ON FUNCTION annals_mark, annals_mark_positions, annals_mark_checkpoints, annals_bounds,
  annals_drop_empty, annals_make_twin, annals_put_twin, annals_rewrite TO annals_writer;
