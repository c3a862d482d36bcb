"""Joining, proving an address, a forgotten password, devices, data: what a person does with an account."""

import json
import re
import secrets

import pytest
from playwright.async_api import Browser, expect

from browsing import Visitor, mailed, visitor
from lively import World
from running import PASSWORD

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]


async def _join(who: Visitor, name: str, born: str) -> str:
    """Fill the form and join; the username."""
    username = f"{name}.{secrets.token_hex(3)}"
    await who.go("/signup")
    await who.fill(
        display_name=name.capitalize(), username=username, email=f"{username}@example.org", password=PASSWORD,
        birth_date=born, country="US",
    )  # fmt: skip
    await who.page.get_by_role("checkbox", name=re.compile("^I accept the terms")).check()
    return username


async def _sign_in(who: Visitor, username: str, password: str) -> None:
    await who.go("/login")
    await who.fill(login=username, password=password)
    await who.page.locator("form").get_by_role("button", name="Sign in").click()


async def test_somebody_joins_proves_the_address_and_sets_a_new_password(browser: Browser, world: World) -> None:
    async with visitor(browser, world.service) as who:
        username = await _join(who, "frida", "1991-03-04")
        await who.press("Join")
        await expect(who.page.get_by_role("heading", name="Hello, Frida!")).to_be_visible()
        await who.has_no_barriers()
        await who.page.goto(world.service.base + await mailed(world.service, f"{username}@example.org", "verify"))
        await expect(who.page.get_by_text("Your address is confirmed")).to_be_visible()
        await who.go("/account#security")
        await expect(who.page.get_by_text("This address is confirmed.")).to_be_visible()

        async with visitor(browser, world.service) as forgetful:
            await forgetful.go("/login")
            await forgetful.press("Forgot your password?")
            await forgetful.fill(email=f"{username}@example.org")
            await forgetful.press("Send the link")
            await expect(forgetful.page.get_by_text("Look into your mail")).to_be_visible()
            link = await mailed(world.service, f"{username}@example.org", "reset")
            await forgetful.go(link)
            await forgetful.fill(password="another long and lovely one")
            await forgetful.press("Set the password")
            await expect(forgetful.page.get_by_text("That is your new password")).to_be_visible()
            await forgetful.go(link)
            await forgetful.fill(password="once more with the same link")
            await forgetful.press("Set the password")
            await expect(forgetful.page.get_by_text("This link no longer works")).to_be_visible()
            await _sign_in(forgetful, username, PASSWORD)
            await expect(forgetful.page.get_by_text("do not belong together")).to_be_visible()
            await _sign_in(forgetful, username, "another long and lovely one")
            await expect(forgetful.page.get_by_role("button", name="Account of Frida")).to_be_visible()
            forgetful.forgive("status of 4")
        await who.go("/account")
        await expect(who.page.get_by_role("heading", name="Sign in to your account")).to_be_visible()
        who.forgive("status of 401")


async def test_a_minor_is_told_what_opens_later_and_a_child_cannot_join(browser: Browser, world: World) -> None:
    async with visitor(browser, world.service) as who:
        await _join(who, "sam", "2010-06-01")
        await expect(who.page.get_by_text("You can join and watch.")).to_be_visible()
        await who.press("Join")
        await expect(who.page.get_by_text("Buying coins and sending gifts, when you come of age")).to_be_visible()
        await who.go("/account")
        await expect(who.page.get_by_role("link", name="Wallet")).to_have_count(0)
    async with visitor(browser, world.service) as child:
        await _join(child, "kim", "2020-06-01")
        await child.press("Join")
        await expect(child.page.get_by_text("You have to be at least 13 to join.")).to_be_visible()
        child.forgive("status of 4")


async def test_what_cannot_be_sent_is_said_at_its_field(browser: Browser, world: World) -> None:
    async with visitor(browser, world.service) as who:
        await _join(who, "frida", "1991-03-04")
        await who.fill(password="password", username=world.alice.username)
        await who.press("Join")
        await expect(who.page.locator("[name=password]")).to_be_focused()
        await expect(who.page.get_by_text(re.compile("^Choose another password"))).to_be_visible()
        await who.fill(password=PASSWORD)
        await who.press("Join")
        name = who.page.locator("[name=username]")
        await expect(name).to_be_focused()
        await expect(name).to_have_attribute("aria-invalid", "true")
        await expect(who.page.get_by_text(re.compile("Somebody has this name already"))).to_be_visible()
        who.forgive("status of 4")


async def test_a_device_is_ended_from_another_one(browser: Browser, world: World) -> None:
    hana = world.service.join("hana")
    async with visitor(browser, world.service, hana) as phone, visitor(browser, world.service, hana) as desk:
        await phone.go("/account#security")
        await desk.go("/account#security")
        devices = desk.page.locator("main li")
        await expect(devices).to_have_count(3)
        for left in (2, 1):
            await devices.nth(1).get_by_role("button", name="Sign out").click()
            await expect(devices).to_have_count(left)
        await expect(devices).to_contain_text("This device")
        await phone.page.reload()
        await expect(phone.page.get_by_role("heading", name="Sign in to your account")).to_be_visible()
        phone.forgive("status of 401")


async def test_a_person_takes_the_data_and_leaves_for_good(browser: Browser, world: World) -> None:
    iris = world.service.join("iris")
    world.service.recharge(iris, 175)
    async with visitor(browser, world.service, iris) as who:
        await who.go("/account#privacy")
        async with who.page.expect_download() as download:
            await who.press("Download")
        taken = json.loads((await (await download.value).path()).read_text())
        assert iris.username in json.dumps(taken)
        await who.press("Erase my account…")
        await who.fill(password=PASSWORD)
        await who.press("Erase for good")
        await expect(who.page.get_by_text("You still hold 175 coins")).to_be_visible()
        await who.page.get_by_role("checkbox", name="I understand that they are lost.").check()
        await who.press("Erase for good")
        await who.page.wait_for_url(f"{world.service.base}/")
        await expect(who.page.get_by_role("link", name="Join free")).to_be_visible()
        await who.go(f"/@{iris.username}")
        await expect(who.page.get_by_role("heading", name="Nobody here")).to_be_visible()
        who.forgive("status of 4")


async def test_the_wallet_says_where_every_coin_went(browser: Browser, world: World) -> None:
    jo = world.service.join("jo")
    async with visitor(browser, world.service, jo) as who:
        await who.go("/account")
        await expect(who.page.get_by_text("No movement yet")).to_be_visible()
        await who.go("/recharge")
        await who.page.get_by_role("radio", name=re.compile("^Other amount")).check()
        await who.page.get_by_label("How many coins").fill("123")
        await expect(who.page.get_by_role("button", name=re.compile(r"^Pay \$1\.\d\d$"))).to_be_enabled()
        await who.page.get_by_role("button", name=re.compile(r"^Pay \$1")).click()
        await expect(who.page.get_by_text("123 coins are yours.")).to_be_visible()
        await who.go("/account#purchases")
        await who.page.locator("summary").click()
        await expect(who.page.get_by_text("The coins are in your wallet.")).to_be_visible()
        await who.go("/account#wallet")
        await expect(who.page.get_by_label("Statement").get_by_text("Coins bought")).to_be_visible()
        await expect(who.page.locator("main")).to_contain_text("+123")
