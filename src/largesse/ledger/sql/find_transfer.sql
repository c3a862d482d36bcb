-- The transfer of a cause. kind, source
SELECT key FROM ledger.transfer WHERE kind = %(kind)s AND source = %(source)s
