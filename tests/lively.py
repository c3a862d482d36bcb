"""A world for the pages: people, and what they did."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import films
from largesse.kit import ids
from running import Service, Someone


@dataclass
class World:
    """People, and what they did: a LIVE that runs, one that ended with gifts in it, one that is announced."""

    service: Service
    alice: Someone  # has given and has coins left
    bob: Someone  # the creator
    charlie: Someone  # an adult who has done nothing yet
    dora: Someone  # muted in the running LIVE
    eve: Someone  # a creator who has never been LIVE
    gina: Someone  # banned from the running LIVE
    robin: Someone  # 16 years old
    live: str
    ended: str
    announced: str
    receipt: str
    purchase: str
    video: str

    def someone(self, name: str) -> Someone | None:
        """Somebody by name; nobody for "guest"."""
        return None if name == "guest" else getattr(self, name)

    def places(self) -> dict[str, str]:
        """What stands in addresses."""
        names = ("live", "ended", "announced", "receipt", "purchase", "video")
        people = {who.username.partition(".")[0]: who.username for who in (self.alice, self.bob)}
        return {name: getattr(self, name) for name in names} | people | {"month": f"{datetime.now(UTC):%Y-%m}"}


def make(service: Service) -> World:
    """The world, made through the API."""
    alice, bob, charlie, dora, eve, gina = (
        service.join(name) for name in ("alice", "bob", "charlie", "dora", "eve", "gina")
    )
    robin = service.join("robin", born="2010-02-11")
    assert eve.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    purchase = service.recharge(alice, 6_000)
    assert alice.http.post(f"/v1/accounts/{bob.username}/follow").is_success
    ended = service.live(bob, "Songs that are over")["id"]
    receipt = _busy(alice, ended)
    assert bob.http.post(f"/v1/lives/{ended}/end").is_success
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    announced = bob.http.post("/v1/lives", json={"title": "The next one", "scheduled_at": soon}).json()["id"]
    live = service.live(bob, "Evening songs by the window")["id"]
    _busy(alice, live)
    for action, who in (("mute", dora), ("ban", gina)):
        body = {"action": action, "account": who.account["id"]}
        assert bob.http.post(f"/v1/lives/{live}/moderation", json=body).is_success
    video = _film(bob)
    _praised(alice, video)
    return World(service, alice, bob, charlie, dora, eve, gina, robin, live, ended, announced, receipt, purchase, video)


def _film(creator: Someone) -> str:
    """A published video with a real film."""
    with tempfile.TemporaryDirectory() as folder:
        video = films.upload(creator, films.film(Path(folder, "film.mp4")), "A song at the window", description="One.")
    assert creator.http.post(f"/v1/videos/{video}/publish").is_success
    return video


def _praised(giver: Someone, video: str) -> None:
    """A gift, words and a like on a video."""
    body = {"id": str(ids.new()), "gift_id": "rose", "count": 5}
    assert giver.http.post(f"/v1/videos/{video}/gifts", json=body).status_code == 201
    assert giver.http.post(f"/v1/videos/{video}/comments", json={"text": "again, please"}).is_success
    assert giver.http.put(f"/v1/videos/{video}/like").is_success


def _busy(giver: Someone, live: str) -> str:
    """Gifts, words and likes in a LIVE; the number of a receipt."""
    for gift, count, message in (("rose", 7, "for the chorus"), ("lion", 1, ""), ("heart", 3, "")):
        body: dict[str, Any] = {"id": str(ids.new()), "gift_id": gift, "count": count}
        given = giver.http.post(f"/v1/lives/{live}/gifts", json=body | ({"message": message} if message else {}))
        assert given.status_code == 201, given.text
    assert giver.http.post(f"/v1/lives/{live}/comments", json={"text": "that chorus!"}).is_success
    assert giver.http.post(f"/v1/lives/{live}/likes", json={"count": 12}).is_success
    receipt: str = given.json()["receipt"]
    return receipt
