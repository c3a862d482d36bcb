"""Where a buyer may be sent after paying: to origins that the operator listed, and nowhere else."""

import pytest

from largesse.payments import model

LISTED = ["https://live.example", "https://Shop.example/"]


@pytest.mark.parametrize(
    "url",
    ["https://live.example/recharge?done=1", "https://shop.example/thanks", "https://LIVE.example/"],
)
def test_a_listed_origin_is_gone_back_to(url: str) -> None:
    assert model.may_return_to(url, LISTED)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "http://live.example/", "https://live.example:8443/", "https://live.example.evil.example/",
        "https://live.example@evil.example/", "https://evil.example\\@live.example/", "//live.example/", "/recharge",
        "javascript:alert(1)", "ftp://live.example/", "data:text/html,x", "https://[", "",
    ],
)  # fmt: skip
def test_any_other_address_is_not(url: str) -> None:
    assert not model.may_return_to(url, LISTED)
    assert not model.may_return_to(url, ["live.example", *LISTED]), "an origin without its scheme lets nothing in"
