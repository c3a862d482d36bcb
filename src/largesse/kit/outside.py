"""What a call to a program of somebody else's can come to, beside an answer. Ports of rooms say it in these words."""

from collections.abc import Mapping
from typing import Any


class Away(Exception):  # noqa: N818 - a state of the world, not a bug
    """It did not answer, or answered with a fault of its own (429 and 5xx too): the outcome is unknown."""


class Refused(Exception):  # noqa: N818 - somebody's answer, not a bug
    """It will not do this, and did nothing. `reason` is its own short word (`card_declined`), `detail` a sentence.

    `answer` is all of what it said, where a caller can make more of it.
    """

    def __init__(self, reason: str, detail: str = "", answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.answer: Mapping[str, Any] = answer or {}
