-- Proposals of a kind, newest id first. kind: text; before: uuid to go on behind, or NULL; limit: rows.
SELECT id, kind, body, reason, ticket, proposed_by, proposed_at, state, decided_by, decided_at
FROM kit.proposal WHERE kind = %(kind)s AND (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s
