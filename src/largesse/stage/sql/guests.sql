-- Who is in a LIVE beside its creator, was invited or asked, who stands so longest first. stage
SELECT account, status, since FROM stage.guest WHERE stage = %(stage)s AND status <> 'off' ORDER BY since, account
