-- Leaves a film to another process, as if this one had not begun. stage; holder: this process
UPDATE media.film SET holder = NULL, beat_at = NULL, attempt = greatest(attempt - 1, 0), progress = 0
WHERE stage = %(stage)s AND holder = %(holder)s AND state = 'processing'
