-- Who looked at a paper, the newest hundred first. paper
SELECT side, looked_by, at FROM payouts.paper_look WHERE paper = %(paper)s ORDER BY key DESC LIMIT 100
