-- What banks want changed about a method, newest first. method
SELECT code, sealed, at FROM payouts.method_note WHERE method = %(method)s ORDER BY key DESC
