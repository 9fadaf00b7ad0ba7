-- From which web pages a publishable key may be used: a JSON array of origins.
ALTER TABLE keys ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
