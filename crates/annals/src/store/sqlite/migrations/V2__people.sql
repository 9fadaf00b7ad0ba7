-- The directory. Ids are the application's own.
CREATE TABLE annals_people (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'child')),
  name TEXT,
  timezone TEXT,
  consent_by TEXT,
  consent_at INTEGER,
  consent_text_version TEXT,
  collection TEXT NOT NULL CHECK (collection IN ('full', 'essential', 'off')),
  archived_at INTEGER
) STRICT, WITHOUT ROWID;

-- Guardians of children. A guardian need not be in the directory.
CREATE TABLE annals_guardianships (
  child TEXT NOT NULL REFERENCES annals_people (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  guardian TEXT NOT NULL,
  PRIMARY KEY (child, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX annals_guardianships_by_guardian ON annals_guardianships (guardian, child);

-- The person whose own token opened the session.
ALTER TABLE annals_sign_ins ADD COLUMN person_id TEXT;
