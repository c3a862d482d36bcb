"""Names and texts in the alphabets of banks' schemes, whatever they were written in.

Sources: EPC217-08, SEPA Requirements for an Extended Character Set (its basic Latin set, and its table of signs); the
Nacha Operating Rules' alphanumeric fields. Transliteration is `anyascii`'s, which knows every script of Unicode.
"""

import re
import unicodedata

from anyascii import anyascii

_NOT_SEPA = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
_SEPA_SIGNS = str.maketrans({
    "!": "?", '"': "'", "#": ".", "$": ".", "%": ".", "&": "+", "*": ".", ";": ",", "<": ".", "=": ".", ">": ".",
    "@": ".", "[": "(", "\\": "/", "]": ")", "^": ".", "_": "-", "`": "'", "{": "(", "|": "/", "}": ")", "~": "-",
})  # fmt: skip
_NOT_ACH = re.compile(r"[^\x20-\x7e]")
_LETTER = re.compile(r"[A-Za-z0-9]")


def sepa(text: str, length_max: int) -> str:
    """Text in SEPA's basic Latin set, at most so long; no slash at either end and no two together."""
    plain = _NOT_SEPA.sub(" ", _plain(text).translate(_SEPA_SIGNS))
    return re.sub(r"/{2,}", "/", _squeezed(plain)).strip("/ ")[:length_max].rstrip("/ ")


def ach(text: str, length_max: int) -> str:
    """Text in upper-case ASCII, at most so long."""
    return _squeezed(_NOT_ACH.sub(" ", _plain(text))).upper()[:length_max].rstrip()


def is_writable(name: str) -> bool:
    """Whether anything of a name is left in these alphabets."""
    return _LETTER.search(sepa(name, len(name) * 4)) is not None


def _plain(text: str) -> str:
    # Pictures are left out: their English names are nobody's name.
    letters = "".join(letter for letter in text if unicodedata.category(letter) not in {"So", "Cs", "Co", "Cn"})
    plain: str = anyascii(letters)
    return plain


def _squeezed(text: str) -> str:
    return " ".join(text.split())
