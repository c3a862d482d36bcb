"""What happens in a room, as rows of the outbox: topics, and their bodies with integer keys inside.

| topic | subject | body |
|---|---|---|
| live.started, live.ended | stage | {"id": uuid, "creator": account} |
| chat.message, question.new | stage | {"id": uuid, "sender": account, "text": text} |
| like | stage | {"count": n, "senders": n}, folded over a moment |
| share | stage | {"account": account} |
| thanks | stage | {"accounts": [account, at most 5], "count": n, "text": text or null}: nobody who gave anonymously |
| moderation.action | stage | {"action": verb, "account": account or null, "text": id of what was said, or null} |
| guest.asked | stage | {"waiting": n}: who asked is told to those alone who may read it |
| guest.invited, guest.joined, guest.left | stage | {"account": account} |
| gift.reversed (written by ledger) | stage | parts of gifts: `ledger.parts.tell`, `ledger.each_part` |
| signal.back, signal.lost, recording.stopped (written by media) | stage | `media.events` |
| goal.set | stage | {"title": text, "kind": of gift or null, "target": n}; {"title": null} where it was dropped |
| match.invited, .started, .multiplier, .ended, .closed | stage, for both | {"match": key}; its row says the rest |
| account.followed (written by accounts) | account followed | {"follower": account} |
"""

from largesse import accounts, ledger, media

LIVE_STARTED = "live.started"
LIVE_ENDED = "live.ended"
CHAT_MESSAGE = "chat.message"
QUESTION_NEW = "question.new"
LIKE = "like"
SHARE = "share"
THANKS = "thanks"
MODERATION_ACTION = "moderation.action"
GUEST_ASKED = "guest.asked"
GUEST_INVITED = "guest.invited"
GUEST_JOINED = "guest.joined"
GUEST_LEFT = "guest.left"
GOAL_SET = "goal.set"
MATCH_INVITED = "match.invited"
MATCH_STARTED = "match.started"
MATCH_MULTIPLIER = "match.multiplier"
MATCH_ENDED = "match.ended"
MATCH_CLOSED = "match.closed"
FOLLOW = accounts.FOLLOWED
SIGNAL_BACK = media.events.SIGNAL_BACK
SIGNAL_LOST = media.events.SIGNAL_LOST
RECORDING_STOPPED = media.events.RECORDING_STOPPED
GIFT_REVERSED = ledger.GIFT_REVERSED

# Kept a day in the outbox: what is only for the moment. The rest is for readers with cursors of their own.
GUESTS = (GUEST_ASKED, GUEST_INVITED, GUEST_JOINED, GUEST_LEFT)
MATCHES = (MATCH_INVITED, MATCH_STARTED, MATCH_MULTIPLIER, MATCH_ENDED, MATCH_CLOSED)
SIGNALS = (SIGNAL_BACK, SIGNAL_LOST, RECORDING_STOPPED)
MOMENTARY = (CHAT_MESSAGE, QUESTION_NEW, LIKE, SHARE, THANKS, MODERATION_ACTION, *SIGNALS, *GUESTS, GOAL_SET, *MATCHES)
STAGED = (LIVE_STARTED, LIVE_ENDED, GIFT_REVERSED, *MOMENTARY)

# On NATS: the public id of a stage whose facts have changed; and [stage, account] where what an account may do has.
CHANGED_SUBJECT = "stage.changed"
STANDING_SUBJECT = "stage.standing"
