-- The first givers of a room by coins that were not given anonymously. stage; count: rows
SELECT g.sender, g.coins - g.anonymous_coins AS coins FROM realtime.gifter g
WHERE g.stage = %(stage)s AND g.coins > g.anonymous_coins
ORDER BY g.coins - g.anonymous_coins DESC, g.sender LIMIT %(count)s
