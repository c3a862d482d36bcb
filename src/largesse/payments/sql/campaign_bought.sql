-- Whether somebody was ever granted coins for money. account
SELECT EXISTS (SELECT FROM payments.purchase p WHERE p.account = %(account)s AND p.granted_class = 'paid')
