-- Somebody wants no mail about LIVEs any more; whether there is such an account. id: uuid
INSERT INTO stage.mail_wish (account, reminders) SELECT key, false FROM accounts.account WHERE id = %(id)s AND erased_at IS NULL
ON CONFLICT (account) DO UPDATE SET announced = false, soon = false, started = false, reminders = false
RETURNING account
