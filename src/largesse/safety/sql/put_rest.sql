-- Begin a break. account; kind: cool_off|exclusion; until: timestamptz
INSERT INTO safety.rest (account, kind, until) VALUES (%(account)s, %(kind)s, %(until)s)
