"""Public ids: one UUID in the forms that callers may write, and nothing else."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit import ids

ROSE = UUID("01a21409-3244-76de-be11-a4ff18cd8241")


@given(st.uuids())
def test_every_form_of_an_id_is_read_as_the_same_id(value: UUID) -> None:
    text = ids.encode("gift", value)
    forms = [text, text.removeprefix("gift_"), f"gift_{text[5:].upper()}", str(value), str(value).upper(), value.hex,
             f"{{{value}}}", value.urn]  # fmt: skip
    assert [ids.decode(form, "gift") for form in forms] == [value] * len(forms)
    assert [ids.decode_bytes(form, "gift") for form in forms] == [value.bytes] * len(forms)


def test_letters_that_look_like_digits_are_those_digits() -> None:
    text = ids.encode("gift", UUID(int=0x1F))
    assert text == "gift_0000000000000000000000000z"
    assert ids.decode("gift_oOoOoOoOoOoOoOoOoOoOoOoOIl", "gift") == UUID(int=33)


@pytest.mark.parametrize(
    "text",
    [
        "", "gift_", "rose", ids.encode("acct", ROSE), ids.encode("gift", ROSE)[:-1], "gift_" + "z" * 26,
        "gift_" + "u" * 26, "gift_" + "-" + "0" * 25, "gift_" + " " + "0" * 25, "gift_" + "0" * 12 + "1_1" + "0" * 11,
        "gift_" + "٣" * 26, str(ROSE)[:-1], str(ROSE) + "0", str(ROSE).replace("3244", "32 4"),
        str(ROSE).replace("3244", "٣244"), str(ROSE).replace("01a2", "0x12"), str(ROSE).replace("d", "g"),
    ],
)  # fmt: skip
def test_what_is_no_id_of_this_kind_is_not_read(text: str) -> None:
    assert ids.decode(text, "gift") is None
    assert ids.decode_bytes(text, "gift") is None
