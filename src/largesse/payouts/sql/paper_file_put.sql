-- Put a picture into a paper, in the place of one of the same side. paper, side, media, size_bytes, sealed
INSERT INTO payouts.paper_file (paper, side, media, size_bytes, sealed) VALUES (%(paper)s, %(side)s, %(media)s, %(size_bytes)s, %(sealed)b)
ON CONFLICT (paper, side) DO UPDATE SET media = excluded.media, size_bytes = excluded.size_bytes, sealed = excluded.sealed, made_at = now()
