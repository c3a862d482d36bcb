-- Until when a provider's own list of news has been read; NULL before the first time. provider
SELECT until FROM payments.caught_up WHERE provider = %(provider)s
