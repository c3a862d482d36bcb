-- Note that somebody looks at a paper. paper; side: of a picture, or empty; looked_by: an operator
INSERT INTO payouts.paper_look (paper, side, looked_by) VALUES (%(paper)s, %(side)s, %(looked_by)s)
