-- A creator's rules; nothing where they never made any. creator
SELECT slow_s, emoji_only, followers_only, words FROM stage.rule WHERE creator = %(creator)s
