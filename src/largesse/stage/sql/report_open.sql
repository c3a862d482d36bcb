-- Opens a report; nothing where one about the same is open. id: uuid; kind; about: uuid; account: whom it is about; stage or null
INSERT INTO stage.report (id, kind, about, account, stage)
VALUES (%(id)s, %(kind)s, %(about)s, %(account)s, %(stage)s)
ON CONFLICT (kind, about) WHERE status = 'open' DO NOTHING
