"""Captions: WebVTT that somebody wrote is read line by line, and written again as nothing but times and words.

Source: W3C WebVTT, https://www.w3.org/TR/webvtt1/. Cue settings are kept where they are ones of the standard; styles,
regions and notes are left out, and tags that it does not know.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from largesse.kit.problems import Problem

BYTES_MAX = 500_000
CUES_MAX = 10_000
LINE_CHARS_MAX = 500
_TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+(.*))?")
_SETTING = re.compile(
    r"(?:vertical:(?:rl|lr)|align:(?:start|center|end|left|right)|(?:line|position|size):-?\d{1,4}(?:\.\d{1,3})?%?)"
)
_TAG = re.compile(r"</?[^<>]*>?")
_KNOWN_TAG = re.compile(r"</?(?:b|i|u)>")
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000


@dataclass(eq=False)
class BadCaptions(Problem):
    """These captions are no WebVTT, or there are too many of them."""

    line: int
    detail: str

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad-captions"


def write_captions(text: str) -> str:
    """Captions as they are shown. Raises `BadCaptions` with the line that is wrong."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise BadCaptions(1, "The first line is not WEBVTT.")
    written, cues, at = ["WEBVTT"], 0, 1
    while at < len(lines):
        block = at
        while at < len(lines) and lines[at].strip():
            at += 1
        cue = _cue(lines[block:at], block + 1)
        at += 1
        if cue:
            cues += 1
            written += ["", *cue]
        if cues > CUES_MAX:
            raise BadCaptions(block + 1, f"There are more than {CUES_MAX} captions.")
    if not cues:
        raise BadCaptions(len(lines), "There is no caption in it.")
    return "\n".join(written) + "\n"


def _cue(block: list[str], number: int) -> list[str]:
    """A cue as it is written; nothing for a style, a region, a note, or white space."""
    if not block or re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", block[0]):
        return []
    timed = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
    if timed is None:
        raise BadCaptions(number, "There are words without times.")
    match = _TIMES.fullmatch(block[timed].strip())
    if match is None:
        raise BadCaptions(number + timed, "The times are not as in 00:01.000 --> 00:02.500.")
    start_ms, end_ms = _ms(match.groups()[:4]), _ms(match.groups()[4:8])
    if start_ms >= end_ms:
        raise BadCaptions(number + timed, "The caption ends before it begins.")
    words = []
    for n, line in enumerate(block[timed + 1 :], number + timed + 1):
        if "-->" in line:
            raise BadCaptions(n, "There is no empty line between two captions.")
        if len(line) > LINE_CHARS_MAX:
            raise BadCaptions(n, f"The line is longer than {LINE_CHARS_MAX} characters.")
        if word := _plain(line):
            words.append(word)
    settings = " ".join(one for one in (match[9] or "").split() if _SETTING.fullmatch(one))
    head = f"{_stamp(start_ms)} --> {_stamp(end_ms)}" + (f" {settings}" if settings else "")
    return [head, *words] if words else []


def _plain(line: str) -> str:
    shown = _HIDDEN.sub("", line)
    return _TAG.sub(lambda tag: tag[0] if _KNOWN_TAG.fullmatch(tag[0]) else "", shown).strip()


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, ms = (int(part or 0) for part in parts)
    return hours * _HOUR_MS + minutes * _MINUTE_MS + seconds * 1000 + ms


def _stamp(ms: int) -> str:
    return f"{ms // _HOUR_MS:02}:{ms // _MINUTE_MS % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
