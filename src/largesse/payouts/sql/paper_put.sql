-- Put a draft down. id, creator, subject, kind, country, valid_until: NULL for no end; sealed
INSERT INTO payouts.paper (id, creator, subject, kind, country, valid_until, sealed)
VALUES (%(id)s, %(creator)s, %(subject)s, %(kind)s, %(country)s, %(valid_until)s, %(sealed)b)
