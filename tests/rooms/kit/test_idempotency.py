from datetime import date

import pytest

from largesse.kit import ids
from largesse.kit.http import Invalid
from largesse.kit.idempotency import chosen_id
from largesse.kit.principal import Principal


def person(key: int) -> Principal:
    return Principal(
        account=key, id=ids.new(), username="a", display_name="A", bearer=1, kind="session", adult_from=date(2020, 1, 1)
    )


ALICE, CHARLIE = person(1), person(2)


def test_the_callers_id_is_taken_bare_or_prefixed_and_wins_over_the_key() -> None:
    id_ = ids.new()
    assert chosen_id("purchase", str(id_), "k", ALICE) == id_
    assert chosen_id("purchase", ids.encode("purchase", id_), None, ALICE) == id_


def test_a_key_names_one_thing_of_one_caller() -> None:
    first = chosen_id("purchase", None, "k", ALICE)
    assert first == chosen_id("purchase", None, "k", ALICE)
    assert first.version == 8
    assert len({first, chosen_id("purchase", None, "k", CHARLIE), chosen_id("gift", None, "k", ALICE)}) == 3


@pytest.mark.parametrize(
    "text", ["10975c34-dd90-4daa-a471-735eef2d6588", "gift_01m80n6bbsf1dtz83z10jmrh16", "nonsense", ""]
)
def test_other_ids_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        chosen_id("purchase", text, None, ALICE)


def test_without_either_each_call_is_a_new_thing() -> None:
    assert chosen_id("purchase", None, None, ALICE) != chosen_id("purchase", None, None, ALICE)
