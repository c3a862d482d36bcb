-- Wait until no entry is under way, and let none begin before this transaction ends.
LOCK TABLE ledger.period IN EXCLUSIVE MODE
