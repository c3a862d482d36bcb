-- Host platforms: their users here, and the codes by which a person links an account of their own to one.

ALTER TABLE accounts.host ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT host_name_length CHECK (char_length(name) BETWEEN 1 AND 40), DROP CONSTRAINT host_name_key;
-- A person agrees to a host by its name: two that differ in capitals alone would pass for each other.
CREATE UNIQUE INDEX host_name ON accounts.host (lower(name));

-- `made`: the host made this account; else a person linked their own.
ALTER TABLE accounts.host_user ADD COLUMN made boolean NOT NULL DEFAULT false, ADD COLUMN at timestamptz NOT NULL DEFAULT now();
CREATE UNIQUE INDEX host_user_once ON accounts.host_user (account, host);
DROP INDEX accounts.host_user_account;

-- NULL where a host did not tell it: then adult_from is 9999-12-31, and the person only watches.
ALTER TABLE accounts.account ALTER COLUMN birth_date DROP NOT NULL,
    ADD CONSTRAINT unknown_is_no_adult CHECK (birth_date IS NOT NULL OR adult_from = '9999-12-31');

-- A person's agreement to one host, for minutes. `host_user`: who it was used for; a repeat for the same one changes nothing.
CREATE TABLE accounts.host_code (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    host integer NOT NULL REFERENCES accounts.host (key),
    account integer NOT NULL REFERENCES accounts.account (key),
    expires_at timestamptz NOT NULL,
    host_user text,
    CONSTRAINT host_code_one UNIQUE (account, host)
);
CREATE INDEX host_code_ended ON accounts.host_code (expires_at);
