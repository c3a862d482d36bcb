"""Pages: one strict policy, the reader's language, and a clear word where something is missing."""

import re
from pathlib import Path

import httpx
import pytest

from largesse import web
from largesse.kit.config import Settings
from largesse.web import language

from .conftest import MakeBrowser

ADDRESSES = [re.sub(r"\{.*?\}", "abc", path) for path in web.PAGES] + ["/@kai"]


def policy_of(answer: httpx.Response) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_page_comes_under_the_strict_policy(browse: MakeBrowser, address: str) -> None:
    answer = await (await browse()).get(address)
    assert answer.status_code == 200
    policy = policy_of(answer)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "http" not in policy["script-src"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert "no-cache" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]


async def test_a_nonce_is_used_once(browse: MakeBrowser) -> None:
    browser = await browse()
    nonces = []
    for answer in [await browser.get("/"), await browser.get("/")]:
        found = set(re.findall(r'nonce="([^"]+)"', answer.text))
        assert len(found) == 1
        nonce = found.pop()
        assert len(nonce) >= 22
        assert f"'nonce-{nonce}' 'strict-dynamic'" in policy_of(answer)["script-src"]
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


async def test_only_who_publishes_may_be_asked_for_the_camera(browse: MakeBrowser) -> None:
    browser = await browse()
    for path in ("/studio", "/live/abc"):  # creators, and guests of a LIVE
        assert "camera=(self)" in (await browser.get(path)).headers["permissions-policy"]
    assert "camera=()" in (await browser.get("/recharge")).headers["permissions-policy"]


STRIPE = {"stripe_api_key": "sk_test_1", "stripe_publishable_key": "pk_test_1"}


@pytest.mark.parametrize("address", ADDRESSES)
async def test_only_pages_that_take_payments_may_show_stripes_form_and_only_where_stripe_is_set_up(
    browse: MakeBrowser, address: str
) -> None:
    pays = address in {"/live/abc", "/video/abc", "/recharge"}
    without = await (await browse()).get(address)
    answer = await (await browse(Settings(**STRIPE, public_url="https://live.example.org"))).get(address)
    assert "stripe" not in without.headers["content-security-policy"]
    assert "payment=()" in without.headers["permissions-policy"]
    policy = policy_of(answer)
    assert "http" not in policy["script-src"]
    assert ("stripe" in answer.headers["content-security-policy"]) is pays
    if not pays:
        return
    assert policy["frame-src"] == "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com"
    assert policy["connect-src"] == "'self' wss://live.example.org https://api.stripe.com"
    assert 'payment=(self "https://js.stripe.com")' in answer.headers["permissions-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin-allow-popups"


async def test_what_stands_in_for_stripe_is_the_only_other_origin(browse: MakeBrowser) -> None:
    stand_in = Settings(**STRIPE, stripe_js_url="http://127.0.0.1:8420/js.stripe.com/v3/")
    policy = policy_of(await (await browse(stand_in)).get("/recharge"))
    assert policy["frame-src"] == "http://127.0.0.1:8420"
    assert policy["connect-src"].endswith(" http://127.0.0.1:8420")
    assert "stripe.com" not in policy["connect-src"]


async def test_pages_may_fetch_pictures_from_an_external_engine_alone(browse: MakeBrowser) -> None:
    outside = Settings(media_engine="nginx-rtmp", engine_hls_url="https://cdn.example.org/hls")
    policy = policy_of(await (await browse(outside)).get("/live/abc"))
    assert policy["media-src"] == "'self' blob: https://cdn.example.org"
    assert policy["connect-src"].endswith(" https://cdn.example.org")
    without = await (await browse(Settings(engine_hls_url="https://cdn.example.org/hls"))).get("/live/abc")
    assert "cdn.example.org" not in without.headers["content-security-policy"]


async def test_a_page_may_open_a_socket_to_its_own_origin_only(browse: MakeBrowser) -> None:
    browser = await browse(Settings(public_url="https://live.example.org"))
    answer = await browser.get("/")
    assert policy_of(answer)["connect-src"] == "'self' wss://live.example.org"
    assert "strict-transport-security" in answer.headers
    assert "strict-transport-security" not in (await (await browse()).get("/")).headers


async def test_the_address_then_the_cookie_then_the_browser_choose_the_language(browse: MakeBrowser) -> None:
    browser = await browse()
    by_browser = await browser.get("/", headers={"Accept-Language": "fr, ar;q=0.8, en;q=0.3"})
    assert '<html lang="ar" dir="rtl" data-lang="ar">' in by_browser.text
    assert "<title>مباشر الآن</title>" in by_browser.text
    asked = await browser.get("/?lang=en-GB", headers={"Accept-Language": "ar"})
    assert '<html lang="en" dir="ltr"' in asked.text
    assert asked.cookies[language.COOKIE] == "en"
    kept = await browser.get("/", headers={"Accept-Language": "ar", "Cookie": f"{language.COOKIE}=en"})
    assert '<html lang="en"' in kept.text


@pytest.mark.parametrize("wish", ["", "xx", "en;q=0", ";;;", "ar;q=abc", '"><script>', "a" * 5000])
async def test_an_unusable_wish_is_english_and_never_written_into_the_page(browse: MakeBrowser, wish: str) -> None:
    browser = await browse()
    answer = await browser.get("/", params={"lang": wish}, headers={"Accept-Language": wish, "Cookie": ""})
    assert '<html lang="en" dir="ltr"' in answer.text
    assert "<script>" not in answer.text
    assert language.COOKIE not in answer.cookies


async def test_a_title_is_the_messages_own_and_english_where_a_language_has_none(browse: MakeBrowser) -> None:
    answer = await (await browse()).get("/login", params={"lang": "ar"})
    assert "<title>Sign in</title>" in answer.text


async def test_a_page_fetches_the_words_of_its_reader_ahead_and_no_others(browse: MakeBrowser) -> None:
    browser = await browse()
    for address, lang, wanted in [
        ("/", "en", {"en-AbCd1234.js"}),
        ("/login", "ar", {"ar-AbCd1234.js", "ar-PageAbCd.js"}),
        ("/docs", "ar", set[str]()),  # this build's manifest knows no such page
    ]:
        text = (await browser.get(address, params={"lang": lang})).text
        head = text[: text.index("</head>")]
        nonce = re.findall(r'nonce="([^"]+)"', head)[0]
        ahead = re.findall(
            r'<link rel="modulepreload" crossorigin href="/static/assets/([^"]+)" nonce="([^"]+)">', head
        )
        assert set(ahead) == {(file, nonce) for file in wanted}


async def test_a_page_without_scripts_says_why_in_the_reader_s_language(browse: MakeBrowser) -> None:
    answer = await (await browse()).get("/", params={"lang": "ar"})
    assert "<noscript>&lt;بلا نص&gt;</noscript>" in answer.text


async def test_what_is_no_page_has_the_same_words(built: Path, tmp_path: Path) -> None:
    assert web.Site(built).text("ar", "title.home") == "مباشر الآن"
    assert web.Site(built).text("fr", "title.home") == "LIVE now"
    with pytest.raises(web.NotBuilt):
        web.Site(tmp_path / "nothing").text("en", "title.home")


async def test_a_sandbox_says_so_on_every_page(browse: MakeBrowser) -> None:
    browser = await browse(Settings(sandbox=True))
    for address in [*ADDRESSES, "/no/such/page"]:
        text = (await browser.get(address)).text
        assert '<aside class="sandbox">Not &lt;real&gt;</aside>' in text
        assert "data-sandbox" in text
    assert "sandbox" not in (await (await browse()).get("/")).text


async def test_people_who_lose_their_way_get_a_page_and_programs_a_problem(browse: MakeBrowser) -> None:
    browser = await browse()
    for address in ["/nowhere", "/no/such/page", "/@", "/studio/nothing"]:
        answer = await browser.get(address)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert policy_of(answer)["frame-ancestors"] == "'none'"
    for address, accept in [("/nowhere", "application/json"), ("/v1/nowhere", "text/html"), ("/static/x", "text/html")]:
        answer = await browser.get(address, headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not-found"
    assert (await browser.get("/v1/lives/abc")).json() == {"id": "abc"}


async def test_without_a_build_the_page_says_what_to_run(browse: MakeBrowser, tmp_path: Path) -> None:
    answer = await (await browse(folder=tmp_path / "nothing")).get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
    assert policy_of(answer)["script-src"] == "'none'"


async def test_a_page_can_be_asked_for_without_its_body(browse: MakeBrowser) -> None:
    assert (await (await browse()).head("/login")).status_code == 200


async def test_the_contract_lists_the_api_and_not_the_pages(browse: MakeBrowser) -> None:
    paths = (await (await browse()).get("/openapi.json")).json()["paths"]
    assert "/v1/lives/{live}" in paths
    assert not [path for path in paths if not path.startswith("/v1/")]
