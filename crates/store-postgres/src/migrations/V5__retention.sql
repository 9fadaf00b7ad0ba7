-- Retention counts for operators in psql. Nothing is changed here: deleting needs a tombstone with
-- the full leaf, which only the server makes.

-- Every event with its class, the days until it is anonymised and until it is deleted (NULL:
-- never), and whether a hold on a person keeps it.
CREATE FUNCTION annals_ageing() RETURNS TABLE (
  seq bigint, class text, occurred_at bigint, anonymised boolean, whole_days bigint,
  kept_days bigint, held boolean
)
LANGUAGE sql STABLE SET search_path = annals, pg_temp AS $$
  WITH settings AS (
    SELECT coalesce((SELECT s.value::jsonb FROM annals_settings s WHERE s.name = 'retention'), '{}')
      AS v
  ), held AS (
    SELECT array_agg(h ->> 'person') FILTER (WHERE h ? 'person') AS people
    FROM settings, jsonb_array_elements(coalesce(v -> 'holds', '[]')) AS h
    WHERE (h ->> 'expires_at')::timestamptz > now()
  ), classed AS (
    SELECT e.seq, e.category, e.occurred_at, e.created_at, e.anonymised_at, e.subject_id,
      e.actor_id, e.account_id, e.entity_id,
      (ARRAY['ledger', 'audit', 'activity', 'error'])[e.class + 1] AS class
    FROM annals_events e
  )
  SELECT e.seq, e.class, coalesce(e.occurred_at, e.created_at), e.anonymised_at IS NOT NULL,
    CASE WHEN e.class IN ('activity', 'error') THEN coalesce(
      (v -> 'categories' -> e.category ->> 'anonymise_after_days')::bigint,
      (v -> 'activity' ->> 'anonymise_after_days')::bigint, 90) END,
    coalesce((v -> 'categories' -> e.category ->> 'delete_after_days')::bigint, CASE e.class
      WHEN 'activity' THEN coalesce((v -> 'activity' ->> 'delete_after_days')::bigint, 730)
      WHEN 'error' THEN coalesce((v -> 'errors' ->> 'delete_after_days')::bigint, 365)
      WHEN 'audit' THEN coalesce((v -> 'audit' ->> 'max_days')::bigint, 365) END),
    coalesce(people && ARRAY[e.subject_id, e.actor_id, e.account_id, e.entity_id]::text[], false)
  FROM classed e, settings, held
$$;

-- Prints the number of holds that these counts do not include.
CREATE FUNCTION annals_note_filter_holds() RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = annals, pg_temp AS $$
DECLARE
  holds bigint := (
    SELECT count(*) FROM annals_settings s,
      jsonb_array_elements(coalesce(s.value::jsonb -> 'holds', '[]')) AS h
    WHERE s.name = 'retention' AND h ? 'filter' AND (h ->> 'expires_at')::timestamptz > now());
BEGIN
  IF holds > 0 THEN
    RAISE NOTICE '% hold(s) with a filter may keep some of what is counted as due', holds;
  END IF;
  RETURN holds;
END
$$;

-- The number of events due to be anonymised, and of those that a hold on a person keeps.
CREATE FUNCTION anonymise_old_activity_events_dry_run()
RETURNS TABLE (class text, due bigint, held bigint)
LANGUAGE plpgsql STABLE SET search_path = annals, pg_temp AS $$
#variable_conflict use_column
DECLARE
  now bigint := floor(extract(epoch FROM transaction_timestamp()) * 1000000);
BEGIN
  PERFORM annals_note_filter_holds();
  RETURN QUERY
    SELECT a.class, count(*) FILTER (WHERE NOT a.held), count(*) FILTER (WHERE a.held)
    FROM annals_ageing() a
    WHERE NOT a.anonymised AND a.occurred_at < now - a.whole_days * 86400000000
      AND coalesce(a.occurred_at >= now - a.kept_days * 86400000000, true)
    GROUP BY a.class ORDER BY a.class;
END
$$;

-- The number of events due to be deleted, and of those that a hold on a person keeps. The class
-- `audit` also has a greatest number of entries.
CREATE FUNCTION delete_old_activity_events_dry_run()
RETURNS TABLE (class text, due bigint, held bigint)
LANGUAGE plpgsql STABLE SET search_path = annals, pg_temp AS $$
#variable_conflict use_column
DECLARE
  now bigint := floor(extract(epoch FROM transaction_timestamp()) * 1000000);
  most bigint := coalesce((SELECT (s.value::jsonb -> 'audit' ->> 'max_entries')::bigint
    FROM annals_settings s WHERE s.name = 'retention'), 0);
BEGIN
  PERFORM annals_note_filter_holds();
  RETURN QUERY
    SELECT a.class, count(*) FILTER (WHERE NOT a.held), count(*) FILTER (WHERE a.held)
    FROM (SELECT aged.*, row_number() OVER (PARTITION BY aged.class ORDER BY aged.seq DESC) AS nth
          FROM annals_ageing() aged) a
    WHERE a.occurred_at < now - a.kept_days * 86400000000
       OR (a.class = 'audit' AND most > 0 AND a.nth > most)
    GROUP BY a.class ORDER BY a.class;
END
$$;

REVOKE ALL ON FUNCTION annals_ageing, annals_note_filter_holds,
  anonymise_old_activity_events_dry_run, delete_old_activity_events_dry_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION annals_ageing, annals_note_filter_holds,
  anonymise_old_activity_events_dry_run, delete_old_activity_events_dry_run TO annals_writer;

-- Operators request retention in psql, and a server runs it: deleting needs a tombstone with the
-- full leaf, and anonymising a residue in the run's own event.

-- Saves the request, which servers look for every two seconds.
CREATE FUNCTION annals_ask_for_retention(what text) RETURNS void
LANGUAGE sql SET search_path = annals, pg_temp AS $$
  INSERT INTO annals_settings AS s (name, value)
  VALUES ('retention_asked',
    jsonb_build_object(what, jsonb_build_object('by', session_user, 'at', clock_timestamp()))::text)
  ON CONFLICT (name) DO UPDATE SET value = (s.value::jsonb || excluded.value::jsonb)::text
$$;

-- Requests that old events are anonymised. Returns how many are due now.
CREATE FUNCTION anonymise_old_activity_events() RETURNS text
LANGUAGE plpgsql SET search_path = annals, pg_temp AS $$
DECLARE
  due bigint; held bigint;
BEGIN
  SELECT coalesce(sum(d.due), 0), coalesce(sum(d.held), 0) INTO due, held
    FROM anonymise_old_activity_events_dry_run() d;
  PERFORM annals_ask_for_retention('anonymise');
  RETURN format('Asked for: %s events are due to be anonymised, holds on people keep %s. '
    'A running Annals server begins within seconds of your commit; '
    'its event system/retention_ran tells when it is done.', due, held);
END
$$;

-- Requests that old or excess events are deleted. Returns how many are due now.
CREATE FUNCTION delete_old_activity_events() RETURNS text
LANGUAGE plpgsql SET search_path = annals, pg_temp AS $$
DECLARE
  due bigint; held bigint;
BEGIN
  SELECT coalesce(sum(d.due), 0), coalesce(sum(d.held), 0) INTO due, held
    FROM delete_old_activity_events_dry_run() d;
  PERFORM annals_ask_for_retention('delete');
  RETURN format('Asked for: %s events are due to be deleted, holds on people keep %s. '
    'A running Annals server begins within seconds of your commit; '
    'its event system/retention_ran tells when it is done.', due, held);
END
$$;

REVOKE ALL ON FUNCTION annals_ask_for_retention, anonymise_old_activity_events,
  delete_old_activity_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION annals_ask_for_retention, anonymise_old_activity_events,
  delete_old_activity_events TO annals_writer;
