-- Put a report down. id; provider; from_on; to_on; digest; by; lines; matched; other
INSERT INTO payments.reconciliation (id, provider, from_on, to_on, digest, read_by, read_at, lines, matched, other)
VALUES (%(id)s, %(provider)s, %(from_on)s, %(to_on)s, %(digest)s, %(by)s, now(), %(lines)s, %(matched)s, %(other)s)
