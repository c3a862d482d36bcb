-- What is looked up by more than its key: a person's host users, keys of programs, sessions and links that ended.
CREATE INDEX host_user_account ON accounts.host_user (account, host);
CREATE INDEX bearer_api_key ON accounts.bearer (key) WHERE kind = 'api_key';
CREATE INDEX bearer_ended ON accounts.bearer (expires_at) WHERE kind = 'session';
CREATE INDEX link_account ON accounts.link (account, kind);
CREATE INDEX link_ended ON accounts.link (expires_at);
