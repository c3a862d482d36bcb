-- Who owes since a taking, ascending. taken: its transfer
SELECT DISTINCT creator FROM ledger.receivable WHERE transfer = %(taken)s ORDER BY creator
