"""Where a buyer may be sent after paying: to origins that the operator listed, and nowhere else."""

from typing import Any

import httpx
import msgspec
import pytest

from largesse.kit.config import BadSettings, Settings, load
from largesse.kit.db import Database
from largesse.payments import PaymentsService, model
from payments_shop import Shop

LISTED = ["https://live.example", "https://Shop.example:443/", "http://[::1]:8700"]


@pytest.mark.parametrize(
    "url",
    [
        "https://live.example/recharge?done=1",
        "https://shop.example/thanks",
        "https://LIVE.example/",
        "https://live.example:443/x",
        "http://[::1]:8700/",
    ],
)
def test_a_listed_origin_is_gone_back_to(url: str) -> None:
    assert model.may_return_to(url, LISTED)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "http://live.example/", "https://live.example:8443/", "https://live.example.evil.example/",
        "https://live.example@evil.example/", "https://evil.example\\@live.example/",
        "https://live.example\\.evil.example/", "https:\\\\live.example/", "https://live.example:bad/",
        "//live.example/", "/recharge",
        "javascript:alert(1)", "ftp://live.example/", "data:text/html,x", "https://[", "",
    ],
)  # fmt: skip
def test_any_other_address_is_not(url: str) -> None:
    assert not model.may_return_to(url, LISTED)
    assert not model.may_return_to(url, ["live.example", *LISTED]), "an origin without its scheme lets nothing in"


@pytest.mark.parametrize(
    "typed",
    ["live.example", "javascript:alert(1)", "https://", "https://live.example/app", "https://live.example?x",
     "https://me@live.example", "ftp://live.example", "https://live.example:bad"],
)  # fmt: skip
def test_a_setting_that_is_no_origin_ends_the_program_with_its_name(typed: str, tmp_path: Any) -> None:
    for name in ("PUBLIC_URL", "RETURN_ORIGINS"):
        with pytest.raises(BadSettings, match=f"LARGESSE_{name}"):
            load({f"LARGESSE_{name}": typed}, tmp_path / "none.toml")


def test_settings_that_are_origins_are_read_as_browsers_write_them(tmp_path: Any) -> None:
    typed = {
        "LARGESSE_PUBLIC_URL": "HTTPS://Live.example:443/",
        "LARGESSE_RETURN_ORIGINS": "https://a.example/, http://b",
    }
    assert load(typed, tmp_path / "none.toml").origin == "https://live.example"
    assert load({}, tmp_path / "none.toml").origin == "http://127.0.0.1:8700"


async def test_an_order_is_taken_with_a_listed_address_only(
    client_of: Any, payments: PaymentsService, db: Database, settings: Settings, *, cast: Any
) -> None:
    listed = msgspec.structs.replace(
        settings, public_url="https://live.example", return_origins="https://Shop.example:443/, https://b.example"
    )
    service = PaymentsService(db, listed)
    service.settler.providers["stripe"] = Shop("stripe")
    client: httpx.AsyncClient = await client_of(service)
    order = {"bundle_id": "web-us-350", "provider": "stripe", "channel": "web"}
    for url, status in {
        "https://live.example/live/1": 201, "https://shop.example/thanks": 201, "https://SHOP.example:443": 201,
        "https://b.example/": 201, "https://evil.example/": 400, "javascript:alert(1)": 400, "/recharge": 400,
        "https://live.example@evil.example/": 400, "https://evil.example\\@live.example/": 400,
        "https://live.example\\.evil.example": 400, "http://live.example/": 400, "https://b.example:8443/": 400,
    }.items():  # fmt: skip
        answer = await client.post("/v1/purchases", json=order | {"return_url": url}, headers=cast.alice.headers)
        assert answer.status_code == status, (url, answer.text)
        assert status == 201 or answer.json()["fields"][0]["name"] == "return_url"
    found = (await client.get("/v1/purchases", headers=cast.alice.headers)).json()["items"]
    assert len(found) == 4, "nothing is kept of what was refused"
