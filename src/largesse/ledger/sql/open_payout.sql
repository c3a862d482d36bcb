-- Whether a creator has a payout that is neither paid nor let go. creator
SELECT EXISTS (SELECT FROM ledger.payout WHERE creator = %(creator)s AND paid IS NULL AND let_go IS NULL)
