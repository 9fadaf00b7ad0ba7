-- The directory. Ids are the application's own.
CREATE TABLE people (
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

-- Who looks after whom. A guardian need not stand in the directory.
CREATE TABLE guardianships (
  child TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  guardian TEXT NOT NULL,
  PRIMARY KEY (child, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX guardianships_by_guardian ON guardianships (guardian, child);

-- The person a session belongs to, when it was opened with their own token.
ALTER TABLE sign_ins ADD COLUMN person_id TEXT;
