-- Lifts a ban or a mute. stage, account; kind: ban or mute
DELETE FROM stage.ban WHERE stage = %(stage)s AND account = %(account)s AND kind = %(kind)s
