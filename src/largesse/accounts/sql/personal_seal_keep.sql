-- Binds the persons' keys to the secret of this data directory; no row where they are bound. seal: 32 bytes.
INSERT INTO accounts.personal_seal (seal) VALUES (%(seal)s) ON CONFLICT (one) DO NOTHING RETURNING seal
