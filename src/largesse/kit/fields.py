"""Text that somebody typed into a field of a request: cleaned, or refused with the field's name."""

from largesse.kit import text
from largesse.kit.http import Invalid


def line(field: str, typed: str, chars_max: int, *, chars_min: int = 1) -> str:
    """One line of `chars_min` to `chars_max` characters, as `text.line` has it. Raises `Invalid` for the field."""
    try:
        return text.line(typed, chars_max, chars_min=chars_min)
    except text.BadText as error:
        raise Invalid.field(field, str(error)) from error


def paragraphs(field: str, typed: str, chars_max: int) -> str:
    """Lines of `chars_max` characters in all, as `text.paragraphs` has them. Raises `Invalid` for the field."""
    try:
        return text.paragraphs(typed, chars_max)
    except text.BadText as error:
        raise Invalid.field(field, str(error)) from error
