-- Bind the books to the secrets of this data directory; no row where they are bound. seal: 32 bytes
INSERT INTO ledger.seal (seal) VALUES (%(seal)s) ON CONFLICT (one) DO NOTHING RETURNING seal
