-- Read access, enforced by the database itself.
--
--   owner          owns all this and runs migrations; row-level security is forced, so that no
--                  policy lets it read personal data through the tables
--   annals_writer  the server
--   annals_reader  reads for a person: the server on their behalf, and anybody who is given the
--                  role. It sees what the viewer sees that the server has signed.

-- The key that signs viewers, in the form that HMAC-SHA256 needs (RFC 2104).
CREATE TABLE annals_viewer_key (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  inner_pad bytea NOT NULL,
  outer_pad bytea NOT NULL
);

-- The viewer of this transaction as {role, id}; NULL for nobody. A claim holds for one connection
-- and transaction, so that it is useless elsewhere.
CREATE FUNCTION annals_viewer() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = annals, pg_temp AS $$
DECLARE
  claim text[] := string_to_array(current_setting('annals.viewer', true), '.');
  said text;
  mac bytea;
BEGIN
  IF claim IS NULL OR cardinality(claim) <> 3 THEN
    RETURN NULL;
  END IF;
  said := format('%s.%s.%s.%s', claim[1], claim[2], pg_backend_pid(),
    floor(extract(epoch FROM transaction_timestamp()) * 1000000)::bigint);
  SELECT sha256(k.outer_pad || sha256(k.inner_pad || convert_to(said, 'UTF8')))
  INTO mac FROM annals_viewer_key k;
  -- Compares hashes, so that the time of a comparison reveals nothing.
  IF mac IS NULL OR sha256(convert_to(encode(mac, 'hex'), 'UTF8'))
      <> sha256(convert_to(claim[3], 'UTF8')) THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY[claim[1], convert_from(decode(claim[2], 'hex'), 'UTF8')];
END
$$;

-- Returns whether the viewer sees everybody.
CREATE FUNCTION annals_sees_everybody() RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = annals, pg_temp AS $$
  SELECT coalesce((annals_viewer())[1] IN ('admin', 'auditor'), false)
$$;

-- The people the viewer sees: themselves and, for an adult, the children they are a guardian of.
CREATE FUNCTION annals_sees() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = annals, pg_temp AS $$
DECLARE
  viewer text[] := annals_viewer();
BEGIN
  IF viewer IS NULL OR viewer[1] NOT IN ('user', 'child') THEN
    RETURN '{}';
  END IF;
  IF viewer[1] = 'child'
      OR EXISTS (SELECT FROM annals_people p WHERE p.id = viewer[2] AND p.kind = 'child') THEN
    RETURN viewer[2:2];
  END IF;
  RETURN viewer[2:2] || ARRAY(
    SELECT DISTINCT g.child FROM annals_guardianships g WHERE g.guardian = viewer[2]);
END
$$;

-- Every table with personal data is closed, for its owner too; policies then let viewers in.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'annals_events', 'annals_list_index', 'annals_tiles', 'annals_spans', 'annals_people',
    'annals_guardianships', 'annals_keys', 'annals_sign_ins'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY server ON %I TO annals_writer USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

CREATE POLICY viewer ON annals_events FOR SELECT TO annals_reader
  USING ((SELECT annals_sees_everybody()) OR subject_id = ANY ((SELECT annals_sees())::text[]));
CREATE POLICY viewer ON annals_people FOR SELECT TO annals_reader
  USING ((SELECT annals_sees_everybody()) OR id = ANY ((SELECT annals_sees())::text[]));
CREATE POLICY viewer ON annals_guardianships FOR SELECT TO annals_reader
  USING ((SELECT annals_sees_everybody()) OR child = ANY ((SELECT annals_sees())::text[]));

-- `annals_sees` reads the directory as the owner.
CREATE POLICY directory ON annals_people FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY directory ON annals_guardianships FOR SELECT TO CURRENT_USER USING (true);

-- The view for psql and reports. The caller's policies hold.
CREATE VIEW annals_activity WITH (security_invoker = true) AS
  SELECT e.seq, e.id,
         timestamptz 'epoch'
           + coalesce(e.occurred_at, e.created_at) * interval '1 microsecond' AS occurred_at,
         timestamptz 'epoch' + e.created_at * interval '1 microsecond' AS created_at,
         e.category, e.action,
         (ARRAY['ledger', 'audit', 'activity', 'error'])[e.class + 1] AS class,
         (ARRAY['info', 'notice', 'warning', 'error', 'critical'])[e.severity + 1] AS severity,
         e.actor_id, e.actor_name, e.subject_id, e.subject_name, e.account_id,
         e.entity_type, e.entity_id, e.entity_name,
         e.points_before, e.points_after, e.points_delta, e.session_id, e.message,
         e.metadata_text::jsonb AS metadata
  FROM annals_events e;

CREATE VIEW annals_children WITH (security_invoker = true) AS
  SELECT p.id, p.name, g.guardian
  FROM annals_people p JOIN annals_guardianships g ON g.child = p.id
  WHERE p.kind = 'child' AND p.archived_at IS NULL;

REVOKE ALL ON ALL TABLES IN SCHEMA annals FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA annals FROM PUBLIC;
REVOKE ALL ON SCHEMA annals FROM PUBLIC;
GRANT USAGE ON SCHEMA annals TO annals_writer, annals_reader;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  annals_events, annals_list_index, annals_kinds, annals_tiles, annals_spans, annals_tombstones,
  annals_used_ids, annals_keys, annals_sign_ins, annals_settings, annals_checkpoints,
  annals_people,
  annals_guardianships, annals_leases
  TO annals_writer;
GRANT SELECT, UPDATE ON annals_journal, annals_journal_head, annals_changes, annals_probe
  TO annals_writer;
GRANT SELECT ON annals_viewer_key, annals_schema_history TO annals_writer;
GRANT EXECUTE ON FUNCTION annals_make_room, annals_sums, annals_add_up, annals_kinds_of,
  annals_recount, annals_append, annals_note_change TO annals_writer;

GRANT SELECT ON annals_events, annals_people, annals_guardianships, annals_activity,
  annals_children TO annals_reader;
GRANT EXECUTE ON FUNCTION annals_sees_everybody, annals_sees TO annals_reader;
