"""Numbers, money and moments as each language writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from largesse.kit.money import Money
from largesse.kit.wording import Writer
from mailing import words

AT = datetime(2026, 11, 5, 22, 7, tzinfo=UTC)
# What Intl.NumberFormat says in these languages (de, es, ar-EG, zh), for numbers of five digits and more.
WRITTEN = {
    "en": ("12,345", "1,234.50\u00a0USD", "November 5, 2026, 22:07 UTC"),
    "de": ("12.345", "1.234,50\u00a0USD", "5. November 2026, 22:07 Uhr UTC"),
    "es": ("12.345", "1.234,50\u00a0USD", "5 de noviembre de 2026, 22:07 UTC"),
    "ar": ("١٢٬٣٤٥", "١٬٢٣٤٫٥٠\u00a0USD", "٥ نوفمبر ٢٠٢٦، ٢٢:٠٧ بتوقيت UTC"),
    "zh": ("12,345", "1,234.50\u00a0USD", "2026年11月5日 22:07 UTC"),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_numbers_money_and_moments_are_written_as_the_language_does(language: str) -> None:
    writer = Writer(words, language)
    assert (writer.number(12_345), writer.money(Money(123_450, "USD")), writer.moment(AT)) == WRITTEN[language]


def test_each_month_has_its_name_and_each_currency_its_decimals() -> None:
    for language in WRITTEN:
        assert len(words(language, "format.months").split(" ")) == 12, language
    writer = Writer(words, "de")
    assert writer.money(Money(1399, "JPY")) == "1.399\u00a0JPY"
    assert writer.money(Money(1_234_567, "KWD")) == "1.234,567\u00a0KWD"
    assert writer.money(Money(-5, "EUR")) == "-0,05\u00a0EUR"
    assert writer.moment(AT.astimezone(timezone(timedelta(hours=9)))) == WRITTEN["de"][2]


def test_who_chose_no_language_or_one_not_spoken_here_reads_english() -> None:
    for language in (None, "xx"):
        assert Writer(words, language).number(12_345) == "12,345"


def test_values_keep_their_direction_in_a_language_from_right_to_left_and_links_stand_bare() -> None:
    values = {"name": "Alice", "number": "purchase_1", "money": "1", "coins": "2"}
    arabic = Writer(words, "ar").fill("mail.refund_text", values, link="https://x.example/y")
    assert "\u2068purchase_1\u2069" in arabic
    assert "\nhttps://x.example/y\n" in arabic
    assert "\u2068" not in Writer(words, "de").fill("mail.refund_text", values, link="https://x.example/y")
