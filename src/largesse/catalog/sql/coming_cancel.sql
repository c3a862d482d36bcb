-- Takes back a book that has not come yet; no row where it has, or was taken back before. id: uuid
UPDATE catalog.coming_book SET canceled_at = now() WHERE id = %(id)s AND applied_at IS NULL AND canceled_at IS NULL
