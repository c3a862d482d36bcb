import pytest

from largesse.kit import text


@pytest.mark.parametrize("typed", ["hello", "שלום", "👩‍👩‍👧 family", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "naïve café", "日本語"])
def test_what_people_type_in_any_script_is_kept(typed: str) -> None:
    assert text.line(typed, 60) == typed


def test_a_line_is_composed_and_trimmed() -> None:
    assert text.line("  cafe\u0301 ", 60) == "caf\u00e9"


@pytest.mark.parametrize("typed", ["a\u202eb", "a\x00b", "a\nb", "a\u2066b", "\ufeffa", "a\u200bb", "a\ud800"])
def test_characters_that_hide_or_reorder_are_refused(typed: str) -> None:
    with pytest.raises(text.BadText, match="cannot be shown"):
        text.line(typed, 60)


@pytest.mark.parametrize(
    ("typed", "why"), [("", "empty"), ("   ", "empty"), ("x" * 61, "longer"), ("x" * 9999, "longer")]
)
def test_bounds_are_told(typed: str, why: str) -> None:
    with pytest.raises(text.BadText, match=why):
        text.line(typed, 60)


def test_towers_of_marks_are_refused() -> None:
    with pytest.raises(text.BadText, match="marks"):
        text.line("a" + "\u0301" * 20, 60)


def test_a_description_keeps_its_lines() -> None:
    assert text.paragraphs("one\r\n two \n\nthree\n", 60) == "one\ntwo\n\nthree"
