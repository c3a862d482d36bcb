-- Puts a proposal down; no row comes back where the id is taken. id: uuid; kind, reason, ticket: text; body: JSON text;
-- proposed_by: account key.
INSERT INTO kit.proposal (id, kind, body, reason, ticket, proposed_by)
VALUES (%(id)s, %(kind)s, %(body)s::jsonb, %(reason)s, %(ticket)s, %(proposed_by)s)
ON CONFLICT (id) DO NOTHING
RETURNING id, kind, body, reason, ticket, proposed_by, proposed_at, state, decided_by, decided_at
