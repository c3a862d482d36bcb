-- The kind of a proposal. id
SELECT kind FROM kit.proposal WHERE id = %(id)s
