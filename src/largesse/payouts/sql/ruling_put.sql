-- Note what a person found out of a payout; their last word counts. payout; by; outcome; reference; reason
INSERT INTO payouts.ruling (payout, ruled_by, outcome, reference, reason, at)
VALUES (%(payout)s, %(by)s, %(outcome)s, %(reference)s, %(reason)s, now())
ON CONFLICT (payout, ruled_by) DO UPDATE SET outcome = excluded.outcome, reference = excluded.reference, reason = excluded.reason, at = now()
