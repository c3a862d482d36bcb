-- Note that an entry of a list seems to name a creator, once for the same name. creator, entry, name, born, print: arrays but the first and last
INSERT INTO payouts.screening_match (creator, entry, name, born, print)
SELECT %(creator)s, t.entry, t.name, t.born, %(print)s FROM unnest(%(entry)s::text[], %(name)s::text[], %(born)s::text[]) AS t (entry, name, born)
ON CONFLICT ON CONSTRAINT screening_once DO NOTHING
