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
