-- Whether a book's time has come that is not in force yet. No parameters.
SELECT EXISTS (
    SELECT FROM catalog.coming_book WHERE applied_at IS NULL AND canceled_at IS NULL AND effective_at <= now())
