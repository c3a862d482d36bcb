-- A picture of a paper, sealed. paper, side
SELECT media, sealed FROM payouts.paper_file WHERE paper = %(paper)s AND side = %(side)s
