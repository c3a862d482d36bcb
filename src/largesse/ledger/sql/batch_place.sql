-- A batch's number in its stripe. batch
SELECT n FROM ledger.batch WHERE batch = %(batch)s
