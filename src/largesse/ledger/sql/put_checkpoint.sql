-- Append a checkpoint. n, at, body: the signed bytes, key_id, signature: 64 bytes
INSERT INTO ledger.checkpoint (n, at, body, key_id, signature)
VALUES (%(n)s, %(at)s, %(body)s, %(key_id)s, %(signature)s)
