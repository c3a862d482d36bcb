"""Every page in every main state: no barrier that axe calls serious, nothing wider than the window, no complaint."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, StorageState, expect

import running
import treasury
from browsing import DESK, Visitor, signed_in, visitor
from lively import World
from treasury import Treasury

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]
NARROW, PHONE, TABLET, WIDE = 320, 390, 768, DESK["width"]
SMALL = {"width": NARROW, "height": 700}


async def _nothing(_: Visitor) -> None:
    """The page as it comes."""


def _press(name: str) -> Callable[[Visitor], Awaitable[None]]:
    async def act(who: Visitor) -> None:
        await who.press(name)
        await expect(who.page.locator("dialog[open], :popover-open").first).to_be_visible()

    return act


@dataclass(frozen=True)
class State:
    """A page in a state: `path` with the world's names in it, seen by somebody, after something was done."""

    path: str
    who: str = "guest"
    act: Callable[[Visitor], Awaitable[None]] = _nothing
    doing: str = ""
    status: int = 200

    @property
    def of_money(self) -> bool:
        """Whether it is seen in the treasury's service."""
        return self.who in {"olga", "paula", "nora"}

    @property
    def mirrored(self) -> bool:
        """One state of each page is also looked at in Arabic; it is the fullest one."""
        return not self.doing and f"{self.path} {self.who}" in MIRRORED

    def __str__(self) -> str:
        return " ".join(filter(None, (self.path, self.who, self.doing)))


async def _gifts(who: Visitor) -> None:
    await who.page.get_by_role("button", name="Gift", exact=True).click()
    await expect(who.page.get_by_role("dialog", name="Gifts", exact=True)).to_be_visible()


async def _where(who: Visitor) -> None:
    await _gifts(who)
    await who.page.get_by_role("button", name=re.compile("Where it goes")).click()
    await expect(who.page.get_by_text("You pay")).to_be_visible()


async def _message(who: Visitor) -> None:
    await _gifts(who)
    await who.press("Message")
    await expect(who.page.get_by_placeholder("Say something with it")).to_be_visible()


async def _short(who: Visitor) -> None:
    await _gifts(who)
    await who.page.get_by_role("button", name=re.compile("^Recharge")).click()
    await expect(who.page.get_by_role("button", name=re.compile(r"^Pay \$"))).to_be_visible()


async def _keys(who: Visitor) -> None:
    await expect(who.page.get_by_placeholder("Add a comment")).to_be_visible()
    await who.page.keyboard.press("?")
    await expect(who.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


async def _announce(who: Visitor) -> None:
    await who.page.get_by_role("button", name="Announce").first.click()
    await expect(who.page.get_by_role("dialog").first).to_be_visible()


async def _menu(who: Visitor) -> None:
    await who.page.get_by_role("button", name=re.compile("^Account of")).click()
    await expect(who.page.get_by_role("button", name="Sign out")).to_be_visible()


async def _moderate(who: Visitor) -> None:
    await who.press("Chat")
    await who.page.get_by_role("button", name="Moderate Alice").first.click()
    await expect(who.page.get_by_role("button", name="Ban from this LIVE")).to_be_visible()


async def _wrong_login(who: Visitor) -> None:
    await who.fill(login="nobody.at.all", password="not the password")
    await who.page.locator("form").get_by_role("button", name="Sign in").click()
    await expect(who.page.get_by_text("do not belong together")).to_be_visible()


async def _stop(who: Visitor) -> None:
    await who.press("Stop this mail")
    await expect(who.page.get_by_text("This link stops nothing")).to_be_visible()


async def _empty_form(who: Visitor) -> None:
    await who.press("Join")
    await expect(who.page.get_by_text("Enter your date of birth.")).to_be_visible()


async def _figure(who: Visitor) -> None:
    await who.page.get_by_role("button", name=re.compile("^Pending:")).click()
    await who.page.get_by_role("dialog").get_by_role("listitem").get_by_role("button").first.click()
    await expect(who.page.get_by_role("dialog").get_by_role("link").first).to_be_visible()


async def _quote(who: Visitor) -> None:
    await who.press("See what arrives")
    await expect(who.page.get_by_text("You receive")).to_be_visible()


async def _effect(who: Visitor) -> None:
    await who.fill(share_bps="8000")
    await who.press("See what it changes")
    await expect(who.page.get_by_text("What it would change")).to_be_visible()


async def _picture(who: Visitor) -> None:
    await who.press("Look: Front")
    await expect(who.page.get_by_role("img", name="Front")).to_be_visible()


async def _resolve(who: Visitor) -> None:
    await who.page.get_by_role("button", name="Resolve").first.click()
    await expect(who.page.get_by_role("dialog", name="Resolve")).to_be_visible()


async def _comments(who: Visitor) -> None:
    await who.page.get_by_role("button", name="Comments").click()
    await expect(who.page.get_by_text("again, please")).to_be_visible()


async def _operation(who: Visitor) -> None:
    await who.page.locator("summary").first.click()


EARNED = ("wallet", "gifts", "purchases", "limits")
OWN = ("profile", "notifications", "security", "privacy")
WITHDRAWN = ("review", "paid", "returned")
OFFICE = (
    "payouts", "batches", "files", "papers", "screening", "second-factors", "grants", "policies", "reconcile", "months",
    "months/{month}", "reports/{month}",
)  # fmt: skip
STATES = [
    State("/"), State("/", "alice"), State("/", "alice", _menu, "menu"),
    State("/login"), State("/login", act=_wrong_login, doing="wrong", status=401),
    State("/signup"), State("/signup", act=_empty_form, doing="empty"), State("/reset"),
    State("/reset/nothing"), State("/verify/nothing", status=410),
    State("/stop/nothing"), State("/stop/nothing", act=_stop, doing="dead", status=404),
    State("/live/{live}"), State("/live/{live}", "alice"), State("/live/{live}", "alice", _gifts, "gifts"),
    State("/live/{live}", "alice", _where, "where it goes"), State("/live/{live}", "alice", _message, "message"),
    State("/live/{live}", "alice", _keys, "keys"), State("/live/{live}", "alice", _press("Settings"), "settings"),
    State("/live/{live}", "alice", _press("Top gifters"), "gifters"),
    State("/live/{live}", "charlie", _short, "short"), State("/live/{live}", "robin", _gifts, "minor"),
    State("/live/{live}", "dora"), State("/live/{live}", "gina"), State("/live/{live}", "bob"),
    State("/live/{ended}"), State("/live/{ended}", "alice"), State("/live/{announced}"),
    State("/live/{announced}", "bob"), State("/live/live_00000000000000000000000000", status=404),
    State("/video/{video}"), State("/video/{video}", "alice"), State("/video/{video}", "bob"),
    State("/video/{video}", "alice", _press("Gift"), "gifts"), State("/video/{video}", "alice", _comments, "comments"),
    State("/video/video_00000000000000000000000000", status=404), State("/studio/videos", "eve"),
    State("/studio/videos", "bob"), State("/studio/videos", "bob", _press("Upload a video"), "upload"),
    State("/studio/videos", "bob", _press("Edit"), "edit"), State("/studio/videos", "bob", _press("Delete"), "delete"),
    State("/recharge"), State("/recharge", "alice"), State("/recharge", "charlie"), State("/recharge", "robin"),
    State("/account"), *(State(f"/account#{part}", "alice") for part in (*EARNED, *OWN)),
    *(State(f"/account#{part}", "charlie") for part in (*EARNED, "notifications")),
    State("/account", "robin"), State("/account#privacy", "charlie", _press("Erase my account…"), "erase"),
    State("/account#limits", "charlie", _press("Take a break"), "break"),
    State("/account/purchases/{purchase}"), State("/account/purchases/{purchase}", "alice"),
    State("/account/purchases/{purchase}", "charlie", status=404),
    State("/receipt/{receipt}"), State("/receipt/{receipt}", "alice"), State("/receipt/{receipt}", "bob"),
    *(State("/studio", who) for who in ("guest", "charlie", "robin", "eve", "bob")),
    State("/studio", "eve", _press("Go LIVE"), "go live"), State("/studio", "eve", _announce, "announce"),
    State("/studio/live/{live}", "bob"), State("/studio/live/{live}", "bob", _moderate, "moderate"),
    State("/studio/live/{live}", "bob", _press("End"), "end"), State("/studio/live/{announced}", "bob"),
    State("/studio/live/{ended}/summary", "bob"), State("/studio/insights", "bob"), State("/studio/insights", "eve"),
    State("/studio/statements", "bob"), State("/studio/statements", "eve"), State("/studio/statements/{month}", "bob"),
    State("/studio/statements/2001-01", "bob", status=404),
    State("/studio/balance", "bob"), State("/studio/balance", "eve"),
    State("/studio/balance", "bob", _figure, "figure"),
    *(State(f"/studio/{part}", who) for part in ("withdraw", "methods", "papers") for who in ("bob", "eve")),
    State("/@{bob}"), State("/@{bob}", "alice"), State("/@{alice}", "alice"), State("/@nobody.at.all", status=404),
    State("/studio/balance", "paula"), State("/studio/methods", "paula"), State("/studio/papers", "paula"),
    State("/studio/withdraw", "paula"), *(State(f"/studio/withdraw/{{{one}}}", "paula") for one in WITHDRAWN),
    State("/studio/withdraw/payout_0", "paula", status=404),
    State("/studio/withdraw", "nora", _quote, "quote"), State("/studio/statements/{month}", "paula"),
    *(State(f"/office/{part}", "olga") for part in OFFICE), State("/office", "bob"),
    State("/office/payouts?status=", "olga"), State("/office/payouts/{review}", "olga"),
    State("/office/payouts/{review}", "olga", _press("Hold"), "hold"), State("/office/payouts/{returned}", "olga"),
    State("/office/papers/{paper}", "olga", _picture, "picture"), State("/office/policies", "olga", _effect, "effect"),
    State("/office/reconcile/{report}", "olga"), State("/office/reconcile/{report}", "olga", _resolve, "resolve"),
    State("/regions"), State("/docs", act=_operation), State("/nothing/here", status=404),
]  # fmt: skip

MIRRORED = {
    "/ alice", "/ guest", "/login guest", "/signup guest", "/reset guest", "/live/{live} alice", "/live/{ended} alice",
    "/live/{announced} guest", "/video/{video} alice", "/studio/videos bob",
    "/recharge alice", "/account#wallet alice", "/account#gifts alice",
    "/account#purchases alice", "/account#limits alice", "/account/purchases/{purchase} alice",
    "/account#profile alice", "/account#notifications alice", "/account#security alice", "/account#privacy alice",
    "/receipt/{receipt} alice", "/studio charlie", "/studio bob", "/studio/live/{live} bob",
    "/studio/live/{ended}/summary bob", "/studio/insights bob", "/studio/statements/{month} bob",
    "/studio/balance bob", "/studio/withdraw bob",
    "/studio/methods bob", "/studio/papers bob", "/@{bob} alice", "/regions guest", "/docs guest",
    "/nothing/here guest", "/studio/withdraw paula", "/studio/withdraw/{returned} paula", "/studio/balance paula",
    "/studio/statements/{month} paula", "/office/payouts/{review} olga", "/office/reconcile/{report} olga",
    *(f"/office/{part} olga" for part in OFFICE),
}  # fmt: skip


@pytest.fixture(scope="module")
def money(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treasury]:
    """A sandbox where earnings are available at once, that asks who creators are and has a list of names."""
    names = tmp_path_factory.mktemp("names") / "names.csv"
    names.write_text(f"id,name,birth_date\nNK-1,{treasury.LISTED},1967-01-13\n", "utf-8")
    for folder in (names.parent, names.parent.parent):
        folder.chmod(0o755)  # the service may run as somebody else
    asked = {"payout_cool_off_hours": "0", "payout_identity": "review", "payout_sanctions_file": str(names)}
    with running.running(log_level="info", **asked) as service:
        yield treasury.make(service)


@pytest.fixture(scope="module")
def devices() -> dict[str, StorageState]:
    """People who have signed in once: each page of theirs is seen in a new window of the same device."""
    return {}


@dataclass
class Place:
    """Where a state is seen: a service, an address, and somebody's device."""

    world: World | Treasury
    path: str
    device: StorageState | None


@pytest.fixture
async def place(
    request: pytest.FixtureRequest, browser: Browser, devices: dict[str, StorageState], state: State
) -> Place:
    world: World | Treasury = request.getfixturevalue("money" if state.of_money else "world")
    who = world.someone(state.who)
    if who and state.who not in devices:
        devices[state.who] = await signed_in(browser, world.service, who)
    return Place(world, state.path.format(**world.places()), devices.get(state.who))


@pytest.mark.parametrize("state", STATES, ids=str)
async def test_a_page_has_no_barrier_and_fits(browser: Browser, place: Place, state: State) -> None:
    seen = {"color_scheme": "dark", "storage_state": place.device}
    async with visitor(browser, place.world.service, **seen) as who:
        await who.go(place.path)
        await who.settled()
        await state.act(who)
        await who.settled()
        await who.has_no_barriers()
        for width in (PHONE, NARROW, TABLET):
            await _at(who, width)
            await who.fits()
        await who.page.emulate_media(color_scheme="light")
        await _at(who, WIDE)
        await who.fits()
        await who.has_no_barriers()
        if state.status >= 400:
            who.forgive(f"status of {state.status}")


@pytest.mark.parametrize("state", [each for each in STATES if each.mirrored], ids=str)
async def test_a_page_reads_from_right_to_left(browser: Browser, place: Place, state: State) -> None:
    async with visitor(browser, place.world.service, viewport=SMALL, storage_state=place.device) as who:
        path, mark, part = place.path.partition("#")
        await who.go(f"{path}{'&' if '?' in path else '?'}lang=ar{mark}{part}")
        await who.settled()
        assert await who.page.locator("html").get_attribute("dir") == "rtl"
        for width in (NARROW, PHONE, TABLET, WIDE):
            await _at(who, width)
            await who.fits()
        who.forgive("status of 4")


async def _at(who: Visitor, width: int) -> None:
    height = DESK["height"] if width == WIDE else 844
    await who.page.set_viewport_size({"width": width, "height": height})
    await who.settled()
