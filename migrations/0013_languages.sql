-- The language that somebody reads, as its primary subtag (RFC 5646): mail is written in it. Null where nobody said.
ALTER TABLE accounts.account ADD COLUMN language text CHECK (language ~ '^[a-z]{2,3}$');
