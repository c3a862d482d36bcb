"""Codes of an authenticator (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds, as every authenticator app has them)."""

import hmac
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec
import pyotp
import segno

STEP_S = 30
DRIFT_STEPS = 1  # RFC 6238, 5.2: one step of the network's delay, and of a clock that is a little fast or slow
FRESH = timedelta(minutes=5)  # how long what a code was given for may be asked of the same session again
ENROLMENT = timedelta(hours=1)  # how long a shown secret waits for its first code
_DIGITS = 6


class Qr(msgspec.Struct, frozen=True):
    """A QR code to draw: `modules` is its width and height, `path` the dark ones as an SVG path in such units."""

    modules: int
    path: str


class Enrolment(msgspec.Struct, frozen=True):
    """What an authenticator is given: shown this once. `uri` is the same as text, `qr` as a picture."""

    secret: str
    uri: str
    qr: Qr


def new_secret() -> str:
    """160 random bits in Base32 (RFC 4226, 4: R6)."""
    return pyotp.random_base32()


def enrolment(secret: str, username: str, issuer: str) -> Enrolment:
    """How an authenticator learns the secret; `issuer` is what it shows above the name."""
    uri = pyotp.TOTP(secret, interval=STEP_S, digits=_DIGITS).provisioning_uri(name=username, issuer_name=issuer)
    return Enrolment(secret, uri, draw(uri))


def draw(text: str) -> Qr:
    """A text as a QR code, with the quiet zone of four modules (ISO/IEC 18004) around it."""
    rows = list(segno.make_qr(text, error="m").matrix_iter(border=4))
    return Qr(len(rows), "".join(f"M{x} {y}h{n}v1h-{n}z" for y, row in enumerate(rows) for x, n in _runs(row)))


def plain_code(typed: str) -> str:
    """A code as it is compared: digits of any script, without the blanks that apps show in it."""
    kept = (c for c in typed if not c.isspace())
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


def step_of(secret: str, typed: str, now: datetime, last_step: int) -> int | None:
    """The step that a code is of, counted from 1970; None for a wrong one, and for a step not after `last_step`.

    The newest step is looked at first, so that every code of the same digits ends with it.
    """
    code = plain_code(typed).encode()
    counted = pyotp.HOTP(secret, digits=_DIGITS)
    current = int(now.timestamp()) // STEP_S
    for step in range(current + DRIFT_STEPS, current - DRIFT_STEPS - 1, -1):
        if hmac.compare_digest(counted.at(step).encode(), code):
            return step if step > last_step else None
    return None


def _runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules stand beside each other: the first one's place, and how many."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
