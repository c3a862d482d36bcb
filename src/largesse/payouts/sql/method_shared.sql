-- Whether another creator has, or had, the same account. fingerprint; creator
SELECT EXISTS (SELECT FROM payouts.method WHERE fingerprint = %(fingerprint)s AND creator <> %(creator)s)
