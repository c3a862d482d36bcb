-- Remove a creator's methods, and what was kept and shown of the accounts. creator
UPDATE payouts.method SET shown = '', sealed = '', codes = NULL, removed_at = coalesce(removed_at, now()) WHERE creator = %(creator)s
