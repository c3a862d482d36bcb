-- Which mail about LIVEs somebody wants, and which is to be sent yet.

-- Of creators whom one follows: nothing unless asked for. `reminders`: of a LIVE for which one set a reminder; so it is without a row.
CREATE TABLE stage.mail_wish (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    announced boolean NOT NULL DEFAULT false,
    soon boolean NOT NULL DEFAULT false,
    started boolean NOT NULL DEFAULT false,
    reminders boolean NOT NULL DEFAULT true
);

-- A letter that is to be sent: put where its notification is, gone once a mail server took it. `why` is the wish that it follows.
CREATE TABLE stage.letter (
    account integer NOT NULL REFERENCES accounts.account (key),
    broadcast integer NOT NULL,
    why text NOT NULL CHECK (why IN ('announced', 'soon', 'started', 'reminders')),
    due_at timestamptz NOT NULL DEFAULT now(),
    tries smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (account, broadcast)
) WITH (fillfactor = 70);
CREATE INDEX letter_due ON stage.letter (due_at);
