-- What givers gave in rooms. stages: int[]
SELECT g.stage, g.sender, g.coins, g.gifts, g.anonymous_coins FROM realtime.gifter g WHERE g.stage = ANY (%(stages)s::int[])
