-- Somebody wants this mail about LIVEs. account; announced; soon; started; reminders
INSERT INTO stage.mail_wish (account, announced, soon, started, reminders)
VALUES (%(account)s, %(announced)s, %(soon)s, %(started)s, %(reminders)s)
ON CONFLICT (account) DO UPDATE SET announced = excluded.announced, soon = excluded.soon, started = excluded.started,
    reminders = excluded.reminders
