-- Which mail about LIVEs somebody wants. account
SELECT coalesce(w.announced, false) AS announced, coalesce(w.soon, false) AS soon, coalesce(w.started, false) AS started,
    coalesce(w.reminders, true) AS reminders
FROM (SELECT) one LEFT JOIN stage.mail_wish w ON w.account = %(account)s
