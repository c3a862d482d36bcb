-- Says of a locked book that it is in force, or that it never will be. id: uuid; canceled: boolean
UPDATE catalog.coming_book SET applied_at = CASE WHEN NOT %(canceled)s THEN now() END, canceled_at = CASE WHEN %(canceled)s THEN now() END
WHERE id = %(id)s
