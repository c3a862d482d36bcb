-- Frames are kept through a crash of the server. Where it died together with a room's owner, an unlogged table had
-- forgotten what viewers had been shown: the next owner told gifts again, and its seq began behind theirs.
ALTER TABLE realtime.frame SET LOGGED;
