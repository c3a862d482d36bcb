-- One proposal, locked until the transaction ends. id: uuid; kind: text.
SELECT id, kind, body, reason, ticket, proposed_by, proposed_at, state, decided_by, decided_at
FROM kit.proposal WHERE id = %(id)s AND kind = %(kind)s FOR UPDATE
