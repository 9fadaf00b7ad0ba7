-- Makes partitions for positions up to `upto` and half a partition beyond, so that there is always
-- room ahead. Nobody reads or writes a partition directly: none has a grant or a policy.
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
    -- One id, one event: within the partition by this, among all of them by who holds the head.
    EXECUTE format('CREATE UNIQUE INDEX %I ON annals.%I (id)', name || '_by_id', name);
    PERFORM annals_hush(name);
    EXECUTE format('ALTER TABLE annals.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE annals.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON annals.%I FROM PUBLIC, annals_writer, annals_reader', name);
    -- Attached, and not made as a partition: that would wait for every reader.
    EXECUTE format(
      'ALTER TABLE annals.annals_events ATTACH PARTITION annals.%I FOR VALUES FROM (%s) TO (%s)',
      name, next, next + width);
    next := next + width;
  END LOOP;
  UPDATE annals_journal_head SET room = next;
END
$$;

-- A key of the list index, as it is at a position: another one every 2^18 of them.
CREATE FUNCTION annals_key(mark integer, seq bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT mark # (((seq - 1) / 262144 * 2654435769) % 4294967296 - 2147483648)::integer
$$;

-- Numbers events, seals them and writes them: one call is one commit. What is written answers
-- with its place in the arrays, its position and its moment; an id that is used already answers
-- nothing, and the caller looks what it is. `tails` are the skeletons' rest with the commitment
-- (docs/digest.md), `marks` each event's keys in the list index, as an array's text.
--
-- One plan for all calls, whatever it was made on: each id is looked up.
CREATE FUNCTION annals_append(
  now bigint, ids uuid[], hashes bytea[], moments bigint[], stamps boolean[], tails bytea[],
  categories text[], actions text[], severities smallint[], actor_types smallint[],
  actor_ids text[], actor_names text[], subject_ids text[], subject_names text[],
  account_ids text[], entity_types text[], entity_ids text[], entity_names text[],
  befores bigint[], afters bigint[], deltas bigint[], sessions text[], messages text[],
  metadata_texts text[], contexts text[], salts bytea[], marks text[]
) RETURNS TABLE (place bigint, seq bigint, created_at bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  head annals_journal_head;
  stamp bigint;
  places bigint[];
  leaves bytea[];
  occurred bigint[];
  open_keys integer[];
  pos bigint;
  hash bytea;
  bits bigint;
BEGIN
  SELECT * INTO STRICT head FROM annals_journal_head h FOR UPDATE;
  IF head.seq + 2 * cardinality(ids) >= head.room THEN
    PERFORM annals_make_room(head.seq + 2 * cardinality(ids));
  END IF;
  stamp := greatest(now, head.created_at);

  WITH fresh AS (
    SELECT given.*, head.seq + row_number() OVER (ORDER BY given.place) AS seq,
           CASE WHEN given.stamped THEN stamp ELSE given.moment END AS occurred_at
    FROM unnest(
      ids, hashes, moments, stamps, tails, categories, actions, severities, actor_types,
      actor_ids, actor_names, subject_ids, subject_names, account_ids, entity_types, entity_ids,
      entity_names, befores, afters, deltas, sessions, messages, metadata_texts, contexts, salts,
      marks
    ) WITH ORDINALITY AS given (
      id, hash, moment, stamped, tail, category, action, severity, actor_type,
      actor_id, actor_name, subject_id, subject_name, account_id, entity_type, entity_id,
      entity_name, before, after, delta, session_id, message, metadata_text, context, salt,
      marks, place
    )
    -- OFFSET 0: each id is looked up. Else, for a large batch, every id there is would be hashed.
    WHERE NOT EXISTS (SELECT FROM annals_events known WHERE known.id = given.id OFFSET 0)
      AND NOT EXISTS (SELECT FROM annals_used_ids used WHERE used.hash = given.hash OFFSET 0)
  ), sealed AS MATERIALIZED (
    SELECT fresh.*, sha256(
      '\x0001'::bytea || int8send(fresh.seq) || int8send(stamp) || uuid_send(fresh.id)
      || int8send(fresh.occurred_at) || fresh.tail) AS leaf
    FROM fresh
  ), written AS (
    INSERT INTO annals_events (
      seq, id, created_at, occurred_at, category, action, severity, actor_type, actor_id,
      actor_name, subject_id, subject_name, account_id, entity_type, entity_id, entity_name,
      points_before, points_after, points_delta, session_id, message, metadata_text, context,
      salt, leaf)
    SELECT s.seq, s.id, stamp, nullif(s.occurred_at, stamp), s.category, s.action, s.severity, s.actor_type,
      s.actor_id, s.actor_name, s.subject_id, s.subject_name, s.account_id, s.entity_type,
      s.entity_id, s.entity_name, s.before, s.after, s.delta, s.session_id, s.message,
      s.metadata_text, s.context, s.salt, substring(s.leaf FOR 8)
    FROM sealed s
  ), keyed AS (
    SELECT (s.seq - 1) / 64 AS block, annals_key(unnest(s.marks::integer[]), s.seq) AS key
    FROM sealed s
    UNION
    SELECT head.seq / 64, unnest(head.keys)
  ), blocks AS MATERIALIZED (
    SELECT k.block, array_agg(k.key) AS keys FROM keyed k GROUP BY k.block
  ), indexed AS (
    INSERT INTO annals_list_index (block, keys)
    SELECT b.block, b.keys FROM blocks b
    WHERE b.block < (SELECT head.seq + count(*) FROM sealed) / 64
  )
  SELECT array_agg(s.place ORDER BY s.seq), array_agg(s.leaf ORDER BY s.seq),
         array_agg(s.occurred_at ORDER BY s.seq),
         (SELECT b.keys FROM blocks b WHERE b.block = (SELECT head.seq + count(*) FROM sealed) / 64)
  INTO places, leaves, occurred, open_keys FROM sealed s;

  -- Nothing new: what was asked about is durable already.
  IF places IS NULL THEN
    RETURN;
  END IF;

  FOR nth IN 1 .. cardinality(leaves) LOOP
    pos := head.seq + nth;
    hash := leaves[nth];
    head.min_occurred_at := least(head.min_occurred_at, occurred[nth]);
    head.max_occurred_at := greatest(head.max_occurred_at, occurred[nth]);
    -- Two trees of one size become one, as in adding one to a binary number.
    bits := (pos - 1) % 256;
    WHILE bits % 2 = 1 LOOP
      hash := sha256('\x01'::bytea || head.frontier[cardinality(head.frontier)] || hash);
      head.frontier := head.frontier[1 : cardinality(head.frontier) - 1];
      bits := bits / 2;
    END LOOP;
    head.frontier := array_append(head.frontier, hash);
    IF pos % 256 = 0 OR nth = cardinality(leaves) THEN
      FOR level IN REVERSE cardinality(head.frontier) - 1 .. 1 LOOP
        hash := sha256('\x01'::bytea || head.frontier[level] || hash);
      END LOOP;
      INSERT INTO annals_tiles AS t (tile, size, root, min_occurred_at, max_occurred_at)
      VALUES ((pos - 1) / 256, (pos - 1) % 256 + 1, hash, head.min_occurred_at,
              head.max_occurred_at)
      ON CONFLICT (tile) DO UPDATE SET size = excluded.size, root = excluded.root,
        min_occurred_at = excluded.min_occurred_at, max_occurred_at = excluded.max_occurred_at;
    END IF;
    IF pos % 256 = 0 THEN
      head.frontier := '{}';
      head.min_occurred_at := NULL;
      head.max_occurred_at := NULL;
    END IF;
  END LOOP;

  UPDATE annals_journal_head h SET seq = pos, created_at = stamp, frontier = head.frontier,
    min_occurred_at = head.min_occurred_at, max_occurred_at = head.max_occurred_at,
    keys = coalesce(open_keys, '{}');
  -- Other servers read the head when they hear this; nothing is said that could be overheard.
  PERFORM pg_notify('annals_head', '');
  RETURN QUERY
    SELECT given.place, head.seq + given.nth, stamp
    FROM unnest(places) WITH ORDINALITY AS given (place, nth);
END
$$;
