-- Other creators that have, or had, the same account, in order. fingerprint; creator; limit
SELECT DISTINCT creator FROM payouts.method WHERE fingerprint = %(fingerprint)s AND creator <> %(creator)s ORDER BY creator LIMIT %(limit)s
