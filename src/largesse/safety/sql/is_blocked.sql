-- Whether somebody blocked somebody, named or not. account: who would not have them; other
SELECT EXISTS (SELECT FROM safety.block WHERE account = %(account)s AND blocked = %(other)s)
