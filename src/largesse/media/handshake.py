"""RTMP's handshake: the plain one, and the one with digests that Flash-born encoders ask for.

Source: Adobe, "RTMP Specification 1.0", 5.2; the digests are not in it: librtmp and FFmpeg agree on them, and FFmpeg
as a player verifies ours (see the tests).
"""

import hashlib
import hmac
import secrets

VERSION = 3
PART_BYTES = 1536  # each of C1, C2, S1, S2
_DIGEST_BYTES = 32
_PLAYER_KEY = b"Genuine Adobe Flash Player 001"
_SERVER_KEY = b"Genuine Adobe Flash Media Server 001"
_SECRET = bytes.fromhex("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae")
_OUR_VERSION = bytes((4, 5, 0, 1))


def answer(c1: bytes) -> bytes:
    """S0, S1 and S2 to a client's C1 of 1,536 bytes: with digests if it carries one, else plain."""
    assert len(c1) == PART_BYTES, len(c1)
    for base in (8, 772):
        at = _digest_at(c1, base)
        theirs = c1[at : at + _DIGEST_BYTES]
        if any(c1[4:8]) and hmac.compare_digest(theirs, _digest(c1, at, _PLAYER_KEY)):
            return bytes((VERSION,)) + _signed_s1(base) + _signed_s2(theirs)
    return bytes((VERSION,)) + bytes(8) + secrets.token_bytes(PART_BYTES - 8) + c1


def _signed_s1(base: int) -> bytes:
    s1 = bytearray(bytes(4) + _OUR_VERSION + secrets.token_bytes(PART_BYTES - 8))
    at = _digest_at(s1, base)
    s1[at : at + _DIGEST_BYTES] = _digest(s1, at, _SERVER_KEY)
    return bytes(s1)


def _signed_s2(theirs: bytes) -> bytes:
    filler = secrets.token_bytes(PART_BYTES - _DIGEST_BYTES)
    key = hmac.digest(_SERVER_KEY + _SECRET, theirs, hashlib.sha256)
    return filler + hmac.digest(key, filler, hashlib.sha256)


def _digest_at(part: bytes | bytearray, base: int) -> int:
    """Where the digest lies: after the four bytes at `base`, whose sum says how far."""
    return base + 4 + sum(part[base : base + 4]) % 728


def _digest(part: bytes | bytearray, at: int, key: bytes) -> bytes:
    return hmac.digest(key, bytes(part[:at] + part[at + _DIGEST_BYTES :]), hashlib.sha256)
