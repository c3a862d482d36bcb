-- What is hashed of a stripe's batches after n, up to last, in order. stripe, n, last
SELECT root, gifts, recorded_at FROM ledger.batch WHERE batch & 63 = %(stripe)s AND n > %(n)s AND n <= %(last)s ORDER BY n
