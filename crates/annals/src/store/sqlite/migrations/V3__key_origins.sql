-- From which web pages a publishable key may be used: a JSON array of origins.
ALTER TABLE annals_keys ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
