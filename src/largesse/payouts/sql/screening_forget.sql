-- Forget which entries seemed to name a creator; one that does stays. creator
DELETE FROM payouts.screening_match WHERE creator = %(creator)s AND status <> 'confirmed'
