"""News of this room, and the names of its jobs.

News are rows of the outbox, whose subject is the buyer's account key:

purchase.granted: {"purchase": uuid, "account": key, "coins": n}
purchase.changed: {"purchase": uuid, "account": key, "status": …}
purchase.flagged: {"purchase": uuid, "word": …}; a person should look
"""

TOPIC_GRANTED = "purchase.granted"
TOPIC_CHANGED = "purchase.changed"
TOPIC_FLAGGED = "purchase.flagged"

JOB_NOTICES = "payments.notices"
JOB_FINISH = "payments.finish"
JOB_RECEIPT = "payments.mail_receipt"
JOB_REFUND = "payments.mail_refund"
JOB_DISPUTE = "payments.mail_dispute"
