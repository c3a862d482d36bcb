-- Remembers who was thanked. stage; accounts: int[]
INSERT INTO stage.thanks (stage, account) SELECT %(stage)s, a FROM unnest(%(accounts)s::int[]) a ON CONFLICT DO NOTHING
