-- What a paper says, sealed; NULL once it is kept no longer. id
SELECT sealed FROM payouts.paper WHERE id = %(id)s
