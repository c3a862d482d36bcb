"""What happens to a LIVE's signal: topics of the outbox, whose subject is the stage, and subjects of NATS.

| topic | body |
|---|---|
| signal.back | {"run": n}: somebody publishes, for the first time or again |
| signal.lost | {}: nobody does any more; half a minute is given to return |
"""

SIGNAL_BACK = "signal.back"
SIGNAL_LOST = "signal.lost"

# On NATS: `media.shut` with the 16 bytes of a LIVE's id wakes who packs it to look whether it may go on;
# `media.<stage>` carries pieces of a running LIVE, `media.want.<stage>` asks for those since the last key frame.
SHUT_SUBJECT = "media.shut"


def pieces_subject(stage: int) -> str:
    """Where pieces of a LIVE travel."""
    return f"media.{stage}"


def want_subject(stage: int) -> str:
    """Where they are asked for."""
    return f"media.want.{stage}"
