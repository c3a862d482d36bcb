-- Says why a film cannot be made. stage; holder: the process that makes it, null for none; failure, failure_detail: text
UPDATE media.film SET state = 'failed', failure = %(failure)s, failure_detail = %(failure_detail)s, holder = NULL, beat_at = NULL,
    at = now()
WHERE stage = %(stage)s AND state IN ('uploading', 'processing') AND holder IS NOT DISTINCT FROM %(holder)s::text
RETURNING true
