"""Papers over HTTP: written, shown and handed in by their creator, looked at and decided by finance, nobody else."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from largesse.kit.config import Settings
from largesse.payouts.routes_papers import papers_routes
from largesse.payouts.screening import Listed
from largesse.payouts.store_papers import put_matches
from pictured import jpeg, png

PASSPORT = {
    "kind": "passport", "country": "US", "name": "Bob Builder", "birth_date": "1990-05-17", "number": "P1234567",
}  # fmt: skip


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
def desk_settings(settings: Settings) -> Settings:
    return replace(settings, sandbox=True, payout_identity="required")


@pytest.fixture
async def client(app_client: Any, desk: Any, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        papers_routes, accounts=accounts_service, papers=desk.papers, papers_office=desk.papers_office
    )
    return made


async def test_a_creator_shows_a_passport_and_finance_approves_it(
    client: httpx.AsyncClient, cast: Any, make_person: Any
) -> None:
    bob, fin = cast.bob.headers, (await make_person("fiona", roles=("finance",))).headers
    sup = (await make_person("sue", roles=("support",))).headers
    standing = (await client.get("/v1/me/papers/standing", headers=bob)).json()
    assert standing == [
        {"subject": "identity", "level": "required", "standing": "missing"},
        {"subject": "tax_form", "level": "off", "standing": "missing"},
    ]
    made = await client.post("/v1/me/papers", json=PASSPORT, headers=bob)
    assert made.status_code == 201, made.text
    paper = made.json()["id"]
    assert paper.startswith("paper_")
    path = f"/v1/me/papers/{paper}"
    early = await client.post(f"{path}/submit", headers=bob)
    assert (early.status_code, early.json()["code"], early.json()["fields"][0]["name"]) == (400, "invalid", "front")
    sent = await client.put(f"{path}/files/front", content=jpeg(), headers=bob)
    assert sent.status_code == 200, sent.text
    assert [(one["side"], one["media"]) for one in sent.json()["files"]] == [("front", "image/jpeg")]
    bad = await client.put(f"{path}/files/back", content=b"<svg onload=alert(1)>", headers=bob)
    assert (bad.status_code, bad.json()["code"]) == (422, "picture-refused")
    big = await client.put(f"{path}/files/back", content=png() + bytes(5_000_001), headers=bob)
    assert (big.status_code, big.json()["code"]) == (413, "too-large")
    assert (await client.put(f"{path}/files/left", content=jpeg(), headers=bob)).status_code == 400
    own = (await client.get(path, headers=bob)).json()
    assert (own["says"]["name"], own["paper"]["kept"]) == ("Bob Builder", True)
    assert (await client.post(f"{path}/submit", headers=bob)).json()["status"] == "waiting"

    office = f"/v1/office/papers/{paper}"
    for who in (bob, sup, cast.charlie.headers):
        assert (await client.get("/v1/office/papers", headers=who)).status_code == 403
        assert (await client.get(office, headers=who)).status_code == 403
        assert (await client.get(f"{office}/files/front", headers=who)).status_code == 403
        assert (await client.post(f"{office}/approve", json={}, headers=who)).status_code == 403
    queue = (await client.get("/v1/office/papers", headers=fin)).json()
    assert [(one["id"], one["creator"]) for one in queue["items"]] == [(paper, cast.bob.key)]
    assert "Builder" not in str(queue)
    assert queue["items"][0]["person"]["username"] == "bob"
    seen = await client.get(office, headers=fin)
    assert (seen.json()["says"]["number"], seen.headers["Cache-Control"]) == ("P1234567", "no-store")
    picture = await client.get(f"{office}/files/front", headers=fin)
    assert picture.content == jpeg()
    assert (picture.headers["Content-Type"], picture.headers["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert picture.headers["Content-Disposition"].startswith("attachment")
    done = await client.post(f"{office}/approve", json={}, headers=fin)
    assert (done.status_code, done.json()["status"]) == (200, "approved")
    looks = (await client.get(office, headers=fin)).json()["looks"]
    assert [(one["side"], one["person"]["username"]) for one in looks] == [("front", "fiona"), ("", "fiona")]
    mine = (await client.get("/v1/me/papers", headers=bob)).json()["items"][0]
    assert (mine["status"], "decided_by" in mine, "creator" in mine) == ("approved", False, False)
    late = await client.delete(path, headers=bob)
    assert (late.status_code, late.json()["code"]) == (409, "paper-not-now")
    taken_back = await client.post(f"{office}/reject", json={"reason": "stolen"}, headers=fin)
    assert (taken_back.json()["status"], taken_back.json()["reason"]) == ("rejected", "stolen")


async def test_only_creators_show_papers_and_only_their_own(client: httpx.AsyncClient, cast: Any) -> None:
    assert (await client.post("/v1/me/papers", json=PASSPORT, headers=cast.alice.headers)).status_code == 403
    assert (await client.get("/v1/me/papers")).status_code == 401
    assert (await client.get("/v1/office/screening", headers=cast.bob.headers)).status_code == 403
    for key, status in ((7, 404), (0, 400), (2**31, 400), (2**70, 400)):
        gone = await client.post(
            f"/v1/office/screening/{key}/rule", json={"outcome": "cleared", "reason": "x"}, headers=cast.olga.headers
        )
        assert gone.status_code == status


async def test_the_same_key_writes_one_paper(client: httpx.AsyncClient, cast: Any) -> None:
    keyed = cast.bob.headers | {"Idempotency-Key": "once"}
    first = await client.post("/v1/me/papers", json=PASSPORT, headers=keyed)
    again = await client.post("/v1/me/papers", json=PASSPORT, headers=keyed)
    assert (first.json()["id"], again.headers["Idempotent-Replay"]) == (again.json()["id"], "true")
    other = await client.post("/v1/me/papers", json=PASSPORT, headers=cast.bob.headers)
    assert (other.status_code, other.json()["code"]) == (409, "paper-open")


async def test_a_match_says_whom_the_list_seems_to_name(client: httpx.AsyncClient, desk: Any, cast: Any) -> None:
    async with desk.db.write() as tx:
        await put_matches(tx, cast.bob.key, bytes(32), [Listed("NK-1", "Viktor Bout", "1967-01-13")])
    olga = cast.olga.headers
    (match,) = (await client.get("/v1/office/screening", headers=olga)).json()["items"]
    assert (match["person"]["username"], match["name"], match["status"]) == ("bob", "Viktor Bout", "open")
    said = {"outcome": "cleared", "reason": "born in another year"}
    ruled = await client.post(f"/v1/office/screening/{match['key']}/rule", json=said, headers=olga)
    assert (ruled.status_code, ruled.json()["status"]) == (200, "cleared")
    (kept,) = (await client.get("/v1/office/screening?status=cleared", headers=olga)).json()["items"]
    assert (kept["reason"], kept["person"]["username"]) == ("born in another year", "bob")
