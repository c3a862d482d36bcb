"""Operators and people in a browser: papers looked at and decided, names on a list, second factors that were lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

import pictured
import running
from browsing import Visitor, visitor
from earning import earns
from office import announce_policy, announce_region, hired
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(180)]
PASSPORT = {
    "kind": "passport", "country": "US", "name": "Viktor Bout", "birth_date": "1990-05-17", "number": "P1234567",
}  # fmt: skip


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A sandbox that asks who creators are, and has a list of names."""
    names = tmp_path_factory.mktemp("names") / "names.csv"
    names.write_text("id,name,birth_date\nNK-1,Viktor Bout,1967-01-13\n", "utf-8")
    _let_in(names)
    asked = {"payout_identity": "review", "payout_tax_form": "off", "payout_sanctions_file": str(names)}
    with running.running(log_level="info", payout_cool_off_hours="0", **asked) as service:
        announce_policy(service, hold_days=0)
        announce_region(service, "US", withdrawing=True)
        yield service


def _let_in(names: Path) -> None:
    """The service may run as somebody else."""
    for folder in (names.parent, names.parent.parent):
        folder.chmod(0o755)


def hands_in(bob: Someone, front: bytes = pictured.png(320, 200), **says: str) -> str:
    """A paper that waits, with its front; its id."""
    made = bob.http.post("/v1/me/papers", json=PASSPORT | says)
    assert made.status_code == 201, made.text
    paper: str = made.json()["id"]
    assert bob.http.put(f"/v1/me/papers/{paper}/files/front", content=front).is_success
    assert bob.http.post(f"/v1/me/papers/{paper}/submit").is_success
    return paper


def creator(service: Service) -> Someone:
    who = service.join("bob")
    who.http.post("/v1/me/creator", json={"accept_terms": True}).raise_for_status()
    return who


async def _says(who: Visitor, verb: str, label: str, text: str) -> None:
    dialog = who.page.get_by_role("dialog", name=verb)
    await dialog.get_by_label(label).fill(text)
    await who.has_no_barriers()
    await dialog.get_by_role("button", name=verb, exact=True).click()
    await expect(dialog).to_be_hidden()


async def test_a_paper_is_looked_at_turned_down_and_the_next_one_approved(browser: Browser, strict: Service) -> None:
    bob, fiona, olga = creator(strict), hired(strict), hired(strict)
    first = hands_in(bob)
    async with visitor(browser, strict, fiona) as who, visitor(browser, strict, olga) as other:
        await who.go("/office/papers")
        row = who.page.locator(f"a[href='/office/papers/{first}']")
        await expect(row).to_contain_text("Passport · United States")
        await who.has_no_barriers()
        await row.click()
        await expect(who.page.get_by_text("P1234567")).to_be_visible()
        await expect(who.page.get_by_text("May 17, 1990")).to_be_visible()
        await expect(who.page.get_by_text("Nobody before you.")).to_be_visible()
        await who.press("Look: Front")
        picture: Any = who.page.get_by_role("img", name="Front")
        await expect(picture).to_be_visible()
        await who.has_no_barriers()
        await other.go(f"/office/papers/{first}")
        looks = other.page.locator("section").filter(has_text="Who looked").locator("li")
        await expect(looks).to_have_count(2)
        await expect(looks.first).to_contain_text("Front")
        await who.press("Turn down")
        await _says(who, "Turn down", "Reason", "The picture is blurred.")
        await expect(who.page.get_by_text("Turned down: The picture is blurred.")).to_be_visible()
        await expect(who.page.get_by_role("button", name="Approve")).to_have_count(0)
        second = hands_in(bob)
        await other.go(f"/office/papers/{second}")
        await other.press("Approve")
        await _says(other, "Approve", "Valid until", "2030-01-31")
        await expect(other.page.locator("header .state")).to_have_text("Approved")
        await expect(other.page.get_by_text("January 31, 2030")).to_be_visible()
        await other.go("/office/papers?status=approved")
        await expect(other.page.locator(f"a[href='/office/papers/{second}']")).to_be_visible()
    own = {one["id"]: one for one in bob.http.get("/v1/me/papers").json()["items"]}
    assert (own[first]["status"], own[first]["reason"]) == ("rejected", "The picture is blurred.")
    assert (own[second]["status"], own[second]["valid_until"]) == ("approved", "2030-01-31")


async def test_a_paper_that_is_a_pdf_is_taken_along_and_never_opened_by_the_page(
    browser: Browser, strict: Service
) -> None:
    sent = pictured.pdf(b"2 0 obj\n<< /Type /Page >>\nendobj")
    paper = hands_in(creator(strict), front=sent)
    olga, oscar = hired(strict), hired(strict)
    async with visitor(browser, strict, olga) as who, visitor(browser, strict, oscar) as other:
        page = who.page
        await who.go(f"/office/papers/{paper}")
        await expect(page.get_by_text("Open PDFs where scripts do not run.")).to_be_visible()
        async with page.expect_download() as saved, page.expect_response(f"**/papers/{paper}/files/front") as answered:
            await who.press("Download PDF: Front")
        told = (await answered.value).headers
        assert told["content-disposition"].startswith("attachment")
        assert (told["x-content-type-options"], told["cache-control"]) == ("nosniff", "no-store")
        assert "sandbox" in told["content-security-policy"]
        kept = await saved.value
        assert kept.suggested_filename == f"{paper}-front.pdf"
        assert (await kept.path()).read_bytes() == sent
        assert (who.context.pages, page.url) == ([page], f"{strict.base}/office/papers/{paper}")
        await expect(page.locator("iframe, embed, object")).to_have_count(0)
        await who.settled()
        await who.has_no_barriers()
        await other.go(f"/office/papers/{paper}")
        looks = other.page.locator("section").filter(has_text="Who looked").locator("li")
        await expect(looks.first).to_contain_text(f"{olga.account['display_name']} · Front")
        await expect(looks).to_have_count(2)


async def test_a_name_on_the_list_stops_a_payout_until_somebody_rules(browser: Browser, strict: Service) -> None:
    bob, olga = await earns(strict, 30_000), hired(strict)
    hands_in(bob)
    made = bob.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "EUR"})
    quote = bob.http.post("/v1/me/payouts/quote", json={"method_id": made.json()["id"], "all": True}).json()
    assert bob.http.post("/v1/me/payouts", json={"quote_id": quote["quote_id"]}).status_code == 201
    async with visitor(browser, strict, olga) as who:
        await who.go("/office/screening")
        row = who.page.locator("li").filter(has_text=f"@{bob.username}")
        await expect(row).to_contain_text("Viktor Bout")
        await expect(row).to_contain_text("NK-1 · born 1967-01-13 · ")
        await who.has_no_barriers()
        await row.get_by_role("button", name="It is them").click()
        await _says(who, "It is them", "Note", "the same face")
        await expect(row).to_have_count(0)
        assert bob.http.post("/v1/me/payouts/quote", json={"method_id": made.json()["id"], "all": True}).json()[
            "code"
        ] == "screening"  # fmt: skip
        await who.press("It is them")  # what was confirmed
        await expect(row).to_contain_text("the same face")
        await who.page.reload()  # the state stands in the address
        await expect(row).to_contain_text("the same face")
        await row.get_by_role("button", name="It is somebody else").click()
        await _says(who, "It is somebody else", "Note", "born in another year")
        await who.press("Somebody else")
        await expect(row).to_contain_text("born in another year")


async def test_a_second_factor_is_taken_off_by_two_people(browser: Browser, strict: Service) -> None:
    alice, sam, sue = strict.join("alice"), hired(strict, "support"), hired(strict, "support")
    strict.turn_on_second_factor(alice)
    async with visitor(browser, strict, sam) as first, visitor(browser, strict, sue) as second:
        await first.go("/office/second-factors")
        await first.fill(username="nobody.at.all", reason="showed a passport in a call")
        await first.press("Propose it")
        await expect(first.page.get_by_text("No account has this name.")).to_be_visible()
        first.forgive("404")
        await first.fill(username=f"@{alice.username}", ticket="T-7")
        await first.press("Propose it")
        mine = first.page.locator("li").filter(has_text=f"@{alice.username}")
        await expect(mine).to_contain_text("Waits for a second person")
        await expect(mine.get_by_role("button", name="Approve")).to_have_count(0)
        await first.has_no_barriers()
        await second.go("/office/second-factors")
        theirs = second.page.locator("li").filter(has_text=f"@{alice.username}")
        await expect(theirs).to_contain_text("showed a passport in a call")
        await second.has_no_barriers()
        await theirs.get_by_role("button", name="Approve").click()
        await expect(theirs).to_contain_text("taken off")
        assert alice.http.get("/v1/me").status_code == 401  # every device is signed out
        await first.fill(username=alice.username, reason="once more")
        await first.press("Propose it")
        again = mine.filter(has_text="once more")
        await again.get_by_role("button", name="Withdraw").click()
        await expect(again).to_contain_text("withdrawn")


async def test_each_part_of_the_office_is_open_to_its_roles_alone(browser: Browser, strict: Service) -> None:
    opens = {"finance": ("papers", "screening"), "support": ("second-factors",)}
    for role, parts in opens.items():
        async with visitor(browser, strict, hired(strict, role)) as who:
            for part in ("papers", "screening", "second-factors"):
                await who.go(f"/office/{part}")
                closed = who.page.get_by_role("heading", name="This is for operators")
                link = who.page.locator(f"nav a[href='/office/{part}'][aria-current=page]")
                await expect(closed.or_(link)).to_be_visible()
                assert await link.count() == (1 if part in parts else 0), f"{role} {part}"
