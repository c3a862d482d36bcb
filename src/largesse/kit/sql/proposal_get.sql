-- One proposal. id: uuid.
SELECT id, kind, body, reason, ticket, proposed_by, proposed_at, state, decided_by, decided_at
FROM kit.proposal WHERE id = %(id)s
