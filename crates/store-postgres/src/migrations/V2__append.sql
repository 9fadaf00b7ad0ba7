-- Makes partitions for positions up to `upto` and half a partition beyond, so that there is always
-- room ahead. Nobody uses a partition directly: none has a grant or a policy.
CREATE FUNCTION annals_make_room(upto bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = annals, pg_temp AS $$
DECLARE
  width bigint := (SELECT j.partition_width FROM annals_journal j);
  next bigint := (SELECT h.room FROM annals_journal_head h);
  name text;
BEGIN
  WHILE next <= upto + width / 2 LOOP
    name := 'annals_events_from_' || next;
    EXECUTE format('CREATE TABLE annals.%I (LIKE annals.annals_events INCLUDING ALL)', name);
    -- This keeps ids unique within a partition; the lock on the head keeps them unique among all.
    EXECUTE format('CREATE UNIQUE INDEX %I ON annals.%I (id)', name || '_by_id', name);
    -- For lists by when events happened.
    EXECUTE format('CREATE INDEX %I ON annals.%I (coalesce(occurred_at, created_at), seq)',
      name || '_by_time', name);
    PERFORM annals_hush(name);
    EXECUTE format('ALTER TABLE annals.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE annals.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON annals.%I FROM PUBLIC, annals_writer, annals_reader', name);
    -- Attached rather than created as a partition, which would wait for every reader.
    EXECUTE format(
      'ALTER TABLE annals.annals_events ATTACH PARTITION annals.%I FOR VALUES FROM (%s) TO (%s)',
      name, next, next + width);
    next := next + width;
  END LOOP;
  UPDATE annals_journal_head SET room = next;
END
$$;

-- The sums of these spans, made of their tiles, if all those are full.
CREATE FUNCTION annals_sums(spans bigint[]) RETURNS SETOF annals_spans LANGUAGE sql STABLE AS $$
  SELECT whole.span, whole.low, whole.high, coalesce(sums.kinds, '{}'), coalesce(sums.counts, '{}'),
    ARRAY(
      SELECT each.key FROM annals_tiles t CROSS JOIN LATERAL unnest(t.common) AS each (key)
      WHERE t.tile >= given.span * 64 AND t.tile < (given.span + 1) * 64
      GROUP BY each.key HAVING count(*) = 64 ORDER BY each.key)
  FROM unnest(spans) AS given (span)
  CROSS JOIN LATERAL (
    SELECT given.span, min(t.min_occurred_at) AS low, max(t.max_occurred_at) AS high
    FROM annals_tiles t
    WHERE t.tile >= given.span * 64 AND t.tile < (given.span + 1) * 64 AND t.size = 256
    HAVING count(*) = 64
  ) AS whole
  CROSS JOIN LATERAL (
    SELECT array_agg(k.kind ORDER BY k.kind) AS kinds, array_agg(k.count ORDER BY k.kind) AS counts
    FROM (
      SELECT each.kind, sum(each.count)::integer AS count
      FROM annals_tiles t CROSS JOIN LATERAL unnest(t.kinds, t.counts) AS each (kind, count)
      WHERE t.tile >= given.span * 64 AND t.tile < (given.span + 1) * 64
      GROUP BY each.kind
    ) AS k
  ) AS sums
$$;

-- Saves the sums of these spans.
CREATE FUNCTION annals_add_up(spans bigint[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO annals_spans AS s SELECT sums.* FROM annals_sums(spans) AS sums
  ON CONFLICT (span) DO UPDATE SET min_occurred_at = excluded.min_occurred_at,
    max_occurred_at = excluded.max_occurred_at, kinds = excluded.kinds, counts = excluded.counts,
    common = excluded.common
$$;

-- The number of events of each kind in these tiles, from their rows.
CREATE FUNCTION annals_kinds_of(tiles bigint[])
RETURNS TABLE (tile bigint, kinds bigint[], counts integer[]) LANGUAGE sql STABLE AS $$
  SELECT given.tile, coalesce(found.kinds, '{}'), coalesce(found.counts, '{}')
  FROM unnest(tiles) AS given (tile)
  CROSS JOIN LATERAL (
    SELECT array_agg(k.key ORDER BY k.key) AS kinds, array_agg(k.count ORDER BY k.key) AS counts
    FROM (
      SELECT known.key, held.count
      FROM (
        SELECT e.category, e.action, e.class, e.severity, e.actor_type, e.entity_type,
          count(*)::integer AS count
        FROM annals_events e
        WHERE e.seq > given.tile * 256 AND e.seq <= (given.tile + 1) * 256
        GROUP BY 1, 2, 3, 4, 5, 6
      ) AS held
      JOIN annals_kinds known
        ON known.category = held.category AND known.action = held.action
          AND known.class = held.class AND known.severity = held.severity AND known.actor_type = held.actor_type
          AND known.entity_type IS NOT DISTINCT FROM held.entity_type
    ) AS k
  ) AS found
$$;

-- Counts these tiles again, while the head is locked, after their rows were changed or deleted. The
-- head forgets its knowledge of the open tile. Keys in common are dropped, since they may name a
-- person.
CREATE FUNCTION annals_recount(tiles bigint[]) RETURNS void LANGUAGE sql AS $$
  UPDATE annals_tiles t SET kinds = found.kinds, counts = found.counts, common = '{}'
  FROM annals_kinds_of(tiles) AS found WHERE t.tile = found.tile;
  SELECT annals_add_up(ARRAY(SELECT DISTINCT given.tile / 64 FROM unnest(tiles) AS given (tile)));
  UPDATE annals_journal_head SET turn = turn + 1;
$$;

-- Writes a batch that was numbered and sealed for the journal's end in this turn, and the new end:
-- one call is one commit. Returns false, and writes nothing, if another server has had a turn since
-- or one of the `ids` is used; the caller then tries again with the head locked.
--
-- One plan serves all calls, so each id is looked up.
CREATE FUNCTION annals_append(
  turn bigint, after bigint, ids uuid[], hashes bytea[],
  events annals_events[], tiles annals_tiles[], blocks annals_list_index[],
  seq bigint, created_at bigint, frontier bytea[], min_occurred_at bigint, max_occurred_at bigint,
  keys integer[]
) RETURNS boolean
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
  room bigint;
BEGIN
  SELECT h.room INTO room FROM annals_journal_head h
  WHERE h.turn = turn AND h.seq = after FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- OFFSET 0 makes PostgreSQL look up each id; for a large batch it would hash all ids of the
  -- table.
  IF cardinality(ids) > 0 AND EXISTS (
    SELECT FROM unnest(ids, hashes) AS given (id, hash)
    WHERE EXISTS (SELECT FROM annals_events known WHERE known.id = given.id OFFSET 0)
       OR EXISTS (SELECT FROM annals_used_ids used WHERE used.hash = given.hash OFFSET 0)
  ) THEN
    RETURN false;
  END IF;
  IF 2 * seq - after >= room THEN
    PERFORM annals_make_room(2 * seq - after);
  END IF;
  INSERT INTO annals_events SELECT e.* FROM unnest(events) AS e;
  INSERT INTO annals_tiles AS t SELECT given.* FROM unnest(tiles) AS given
    ON CONFLICT (tile) DO UPDATE SET size = excluded.size, root = excluded.root,
      min_occurred_at = excluded.min_occurred_at, max_occurred_at = excluded.max_occurred_at,
      kinds = excluded.kinds, counts = excluded.counts, common = excluded.common;
  IF seq / 16384 > after / 16384 THEN
    PERFORM annals_add_up(ARRAY(SELECT generate_series(after / 16384, seq / 16384 - 1)));
  END IF;
  INSERT INTO annals_list_index SELECT b.* FROM unnest(blocks) AS b;
  UPDATE annals_journal_head h SET turn = turn + 1, seq = seq, created_at = created_at,
    frontier = frontier, min_occurred_at = min_occurred_at, max_occurred_at = max_occurred_at,
    keys = keys;
  -- Tells other servers to read the head; the payload is empty since anybody may listen.
  PERFORM pg_notify('annals_head', '');
  RETURN true;
END
$$;
