-- Keeps a creator's rules. creator, slow_s, emoji_only, followers_only, words
INSERT INTO stage.rule AS r (creator, slow_s, emoji_only, followers_only, words)
VALUES (%(creator)s, %(slow_s)s, %(emoji_only)s, %(followers_only)s, %(words)s)
ON CONFLICT (creator) DO UPDATE SET slow_s = excluded.slow_s, emoji_only = excluded.emoji_only,
    followers_only = excluded.followers_only, words = excluded.words, at = now()
