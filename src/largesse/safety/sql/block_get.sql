-- One of somebody's blocks. account, blocked; receipt: '' for a named person
SELECT id, blocked, receipt, at FROM safety.block
WHERE account = %(account)s AND blocked = %(blocked)s AND receipt = %(receipt)s
