-- Says that the numbers of transactions begin anew here: rows of this epoch are behind every row of the one before.
UPDATE kit.world SET epoch = epoch + 1 RETURNING epoch
