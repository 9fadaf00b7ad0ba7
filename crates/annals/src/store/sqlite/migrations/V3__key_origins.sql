-- The origins of web pages that may use an ingest key: a JSON array.
ALTER TABLE annals_keys ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
