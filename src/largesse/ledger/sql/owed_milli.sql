-- What a creator owes, milli-diamonds. creator
SELECT (SELECT coalesce(sum(milli), 0) FROM ledger.receivable WHERE creator = %(creator)s)::bigint
    - (SELECT coalesce(sum(milli), 0) FROM ledger.setoff WHERE creator = %(creator)s)::bigint
