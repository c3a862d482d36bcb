-- Destroy the pictures of a paper. id
DELETE FROM payouts.paper_file WHERE paper = %(id)s
