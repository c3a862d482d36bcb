-- Appends one deed to the staff trail. n: number; at: time; actor: account key, 0 the service; verb, about: text;
-- body: JSON text; chain: 32 bytes. kit.trail's primary key refuses a number that is taken.
INSERT INTO kit.trail (n, at, actor, verb, about, body, chain)
VALUES (%(n)s, %(at)s, %(actor)s, %(verb)s, %(about)s, %(body)s::jsonb, %(chain)s)
