-- A person's sealed key, NULL for who has none yet, and no row for who was erased; nobody erases them until the transaction ends.
-- account: key.
SELECT k.sealed FROM accounts.account a LEFT JOIN accounts.personal_key k ON k.account = a.key
WHERE a.key = %(account)s AND a.erased_at IS NULL FOR SHARE OF a
