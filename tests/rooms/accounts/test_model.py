"""Pure rules about people."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.accounts import fields, lists, model
from largesse.accounts.model import AgeRule
from largesse.kit.http import Invalid
from largesse.kit.text import BadText

EIGHTEEN = [AgeRule(date(2000, 1, 1), 18)]


def test_nobody_is_of_age_a_day_too_early():
    assert model.adult_from(date(2008, 6, 1), EIGHTEEN) == date(2026, 6, 1)
    assert model.adult_from(date(2008, 2, 29), EIGHTEEN) == date(2026, 3, 1)
    assert model.adult_from(date(2008, 2, 29), [AgeRule(date(2000, 1, 1), 20)]) == date(2028, 2, 29)


def test_a_later_rule_counts_for_those_who_were_not_of_age_when_it_came():
    rules = [AgeRule(date(2000, 1, 1), 18), AgeRule(date(2027, 1, 1), 21)]
    assert model.adult_from(date(2008, 6, 1), rules) == date(2026, 6, 1)
    assert model.adult_from(date(2009, 6, 1), rules) == date(2030, 6, 1)


def test_a_milder_rule_counts_from_its_own_day():
    rules = [AgeRule(date(2000, 1, 1), 21), AgeRule(date(2027, 1, 1), 18)]
    assert model.adult_from(date(2008, 6, 1), rules) == date(2027, 1, 1)


@given(st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.integers(13, 25))
def test_being_of_age_is_never_before_the_birthday(born, years):
    day = model.adult_from(born, [AgeRule(date(2000, 1, 1), years)])
    assert (day.year - born.year, (day.month, day.day) >= (born.month, born.day)) == (years, True)


def test_thirteen_is_old_enough_to_join_on_the_day_itself():
    assert model.may_join(date(2013, 5, 17), date(2026, 5, 17))
    assert not model.may_join(date(2013, 5, 18), date(2026, 5, 17))


@pytest.mark.parametrize("name", ["Zoë", "明日香", "👩‍🚀 Ada", "ﷺ", "a" * 40, "\U0001d4a6\U0001d4b6\U0001d4be"])
def test_names_of_all_scripts_are_kept(name):
    assert model.display_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", ["", "   ", "a" * 41, "a\u202eb", "a\u0000b", "a\nb", "\u200b", "\u2066x", "a\ud800"])
def test_names_that_hide_or_reorder_are_refused(name):
    with pytest.raises(BadText):
        model.display_name(name)


@pytest.mark.parametrize(
    "name", ["admin", "Studio", "largesse", "_admin_", "...", "former.7", "a", "a" * 25, "kai!", "kai\n"]
)
def test_usernames_of_the_house_and_odd_ones_are_refused(name):
    with pytest.raises(Invalid):
        fields.username_of(name)


def test_usernames_are_lower_case():
    assert fields.username_of("Kai.The_1st") == "kai.the_1st"


@pytest.mark.parametrize("guess", ["password1", "Password123", "aaaaaaaa", "abababab", "kai@example.org", "kaikaikai"])
def test_passwords_that_anybody_would_try_are_refused(guess):
    assert model.weakness(guess, "kaikaikai", "kai@example.org")


def test_a_password_is_the_same_from_every_keyboard():
    assert model.password("Cafe\u0301 au lait") == model.password("Caf\u00e9 au lait")


def test_lists_are_what_they_say():
    assert len(lists.COUNTRIES) == 249
    assert all(len(word) >= model.PASSWORD_CHARS_MIN for word in lists.COMMON_PASSWORDS)
    assert {"admin", "studio", "largesse"} <= lists.RESERVED
