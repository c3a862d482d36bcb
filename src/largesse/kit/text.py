"""Text that people type: one line, NFC, without characters that hide, reorder or control."""

import unicodedata

# Zero-width joiner and non-joiner hold emoji and some scripts together; every other format character is refused.
_JOINERS = "\u200c\u200d"
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_TAGS = range(0xE0020, 0xE0080)  # flags of regions are written with these
# More than this many marks on one letter climb over the lines of others.
_MARKS_MAX = 8


class BadText(ValueError):  # noqa: N818 - it says what is wrong with the text
    """Why a text cannot be used, in a sentence for the person who typed it."""


def line(text: str, chars_max: int, *, chars_min: int = 1) -> str:
    """The text as one NFC line with the white space at its ends removed; raises `BadText`.

    Bounds count code points after that.
    """
    if len(text) > chars_max * 4 + 64:
        raise BadText(f"longer than {chars_max} characters")
    found = unicodedata.normalize("NFC", text).strip()
    marks = 0
    for char in found:
        category = unicodedata.category(char)
        if category in _REFUSED and char not in _JOINERS and ord(char) not in _TAGS:
            raise BadText(f"contains the character U+{ord(char):04X}, which cannot be shown")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS_MAX:
            raise BadText("has too many marks on one letter")
    if len(found) < chars_min:
        raise BadText("is empty" if chars_min == 1 else f"shorter than {chars_min} characters")
    if len(found) > chars_max:
        raise BadText(f"longer than {chars_max} characters")
    return found


def paragraphs(text: str, chars_max: int) -> str:
    """Like `line`, but it may have line breaks and be empty."""
    if len(text) > chars_max * 4 + 64:
        raise BadText(f"longer than {chars_max} characters")
    lines = [line(part, chars_max, chars_min=0) for part in text.replace("\r\n", "\n").split("\n")]
    found = "\n".join(lines).strip("\n")
    if len(found) > chars_max:
        raise BadText(f"longer than {chars_max} characters")
    return found
