-- A second factor (TOTP, RFC 6238), and the keys under which personal facts are kept.

-- One key a person, itself sealed under the secret of the data directory (file personal-secret). Erasing the person deletes the
-- row: what was sealed under the key is then readable by nobody, wherever it lies.
CREATE TABLE accounts.personal_key (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    -- Nonce (12 bytes), key (32), tag (16), by AES-256-GCM.
    sealed bytea NOT NULL CHECK (octet_length(sealed) = 60),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Which secret the keys are sealed under: its SHA-256; a process with another one does not start.
CREATE TABLE accounts.personal_seal (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    at timestamptz NOT NULL DEFAULT now()
);

-- A person's authenticator; on from its first code.
CREATE TABLE accounts.totp (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    -- The shared secret, sealed under the person's key.
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz CHECK (confirmed_at >= created_at),
    -- The 30-second step (since 1970) of the last code that was accepted: none of it or of before is accepted again.
    last_step bigint NOT NULL DEFAULT 0 CHECK (last_step >= 0)
);
