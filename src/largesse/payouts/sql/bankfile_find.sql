-- A file with the audits of its making: findings_after is NULL until the second one is over. id
SELECT f.id, f.rail, f.wanted_by, f.wanted_at, f.execution_on, f.made_at, f.number, f.originator, f.payouts, f.minor, f.digest, f.handed_at, f.handed_by,
    f.said, f.said_at, f.said_by, f.reference, b.findings_before, b.findings_after
FROM payouts.bank_file f LEFT JOIN payouts.batch b ON b.key = f.batch WHERE f.id = %(id)s
