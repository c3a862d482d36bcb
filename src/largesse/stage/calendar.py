"""A LIVE as an event of a calendar (RFC 5545). Pure."""

from datetime import UTC, datetime, timedelta

from largesse.stage.model import Stage

_LINE_OCTETS_MAX = 75
_LASTS = timedelta(hours=1)


def write(stage: Stage, name: str, origin: str, now: datetime) -> str:
    """The calendar file of a LIVE with a time; `name` is its creator's, `origin` where its page stands."""
    assert stage.scheduled_at
    host = origin.partition("://")[2] or "largesse"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Largesse//LIVE//EN",
        "BEGIN:VEVENT",
        f"UID:{stage.public_id}@{host}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(stage.scheduled_at)}",
        f"DTEND:{_moment(stage.scheduled_at + _LASTS)}",
        f"SUMMARY:{_text(f'{name}: {stage.title}')}",
        f"DESCRIPTION:{_text(stage.description)}",
        f"URL:{origin}/live/{stage.public_id}",
        f"STATUS:{'CANCELLED' if stage.status == 'ended' else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(typed: str) -> str:
    """A text with its marks escaped (3.3.11)."""
    for mark in "\\;,":
        typed = typed.replace(mark, f"\\{mark}")
    return typed.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line of at most 75 octets, and lines behind a blank that go on with it; no character is cut (3.1)."""
    folded, octets = [""], 0
    for char in line:
        size = len(char.encode())
        if octets + size > _LINE_OCTETS_MAX:
            folded.append(" ")
            octets = 1
        folded[-1] += char
        octets += size
    return "\r\n".join(folded)
