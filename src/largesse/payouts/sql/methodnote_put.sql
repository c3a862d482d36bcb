-- Note what a bank wants changed about a method. method; report; code; sealed: NULL where its owner was erased
INSERT INTO payouts.method_note (method, report, code, sealed, at) VALUES (%(method)s, %(report)s, %(code)s, %(sealed)s, now())
