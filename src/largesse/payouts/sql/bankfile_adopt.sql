-- Note the run that makes a file, or proves one again. id; batch
UPDATE payouts.bank_file SET batch = %(batch)s WHERE id = %(id)s
