"""A person links an account to another platform, sees what it gave, and takes the account back, all by the page."""

import secrets
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, PHONE, visitor
from largesse.kit import ids
from running import PASSWORD, Service


def _made(answer: httpx.Response) -> Any:
    assert answer.status_code == 201, answer.text
    return answer.json()


def make_host(service: Service) -> tuple[str, httpx.Client]:
    """A platform of a name that no other has, and its server."""
    admin = f"boss.{secrets.token_hex(3)}"
    made = service.command("account", "create", "--username", admin, "--role", "admin", input_=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    token = _made(httpx.post(f"{service.base}/v1/sessions", json={"login": admin, "password": PASSWORD}))["token"]
    with httpx.Client(base_url=service.base, headers={"Authorization": f"Bearer {token}"}) as http:
        name = f"Acme {secrets.token_hex(3)}"
        host = _made(http.post("/v1/office/hosts", json={"name": name}))["id"]
        key = {"name": "their server", "scopes": ["gifts:write", "users:write"], "host": host}
        headers = {"Authorization": f"Bearer {_made(http.post('/v1/api-keys', json=key))['key']}"}
    server = httpx.Client(base_url=service.base, headers=headers, timeout=30)
    service.clients.append(server)
    return name, server


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
async def test_an_account_is_linked_by_a_code_and_taken_back(service: Service, browser: Browser, window: Any) -> None:
    name, server = make_host(service)
    live = service.live(service.join("mira"))["id"]
    alice = service.join("alice")
    service.recharge(alice, 100)
    async with visitor(browser, service, alice, viewport=window) as own:
        await own.go("/account#privacy")
        platform = own.page.get_by_label("Link a platform")
        await platform.select_option(label=name)
        await expect(own.page.get_by_text(f"{name} may then give with your coins")).to_be_visible()
        assert await own.barriers() == []
        await own.press("Make a code")
        code = await own.page.get_by_role("status").filter(has_text="-").inner_text()
        await expect(own.page.get_by_text(f"Enter it in {name} and nowhere else.")).to_be_visible()
        assert await own.sticks_out() == []
        assert await own.barriers() == []

        used = server.post("/v1/host-links", json={"code": code, "host_user": "alice/7"})
        assert used.status_code == 201, used.text
        await expect(own.page.get_by_text(f"{name} is linked.")).to_be_visible()
        await expect(own.page.get_by_text("You are “alice/7” there")).to_be_visible()
        gift = {"id": str(ids.new()), "sender": {"host_user": "alice/7"}, "live_id": live, "gift_id": "rose"}
        given = server.post("/v1/gifts/batch", json=[gift])
        assert given.json()["results"][0]["status"] == "settled"
        await own.go("/account#gifts")
        await expect(own.page.get_by_text(f"through {name}")).to_be_visible()

        await own.go("/account#privacy")
        await own.press(f"Unlink {name}")
        await expect(own.page.get_by_text(f"{name} may act for you no more.")).to_be_visible()
        late = server.post("/v1/gifts/batch", json=[gift | {"id": str(ids.new())}])
        assert late.json()["results"][0]["code"] == "unknown-sender"
        assert await own.barriers() == []
