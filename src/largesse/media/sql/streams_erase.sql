-- Lets all that somebody published go, as a creator or as a guest, and lets them publish no more. account
UPDATE media.stream SET open = false, drop_because = 'erased', dropped_at = NULL
WHERE coalesce(guest, creator) = %(account)s
