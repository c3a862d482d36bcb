"""A video from its upload to its last gift, through the running service."""

import base64
import time
from typing import Any

import httpx

from filming import QUICK, SOUND, film, pictures
from largesse.kit import ids
from running import Service, Someone


def upload(service: Service, creator: Someone, body: bytes, title: str = "Evening songs") -> str:
    """A video whose film is ready; its id."""
    made = creator.http.post("/v1/videos", json={"title": title})
    assert made.status_code == 201, made.text
    video: str = made.json()["id"]
    headers = {
        "Tus-Resumable": "1.0.0", "Upload-Length": str(len(body)), "Content-Type": "application/offset+octet-stream",
        "Upload-Metadata": f"video {base64.b64encode(video.encode()).decode()}",
    }  # fmt: skip
    sent = creator.http.post("/v1/videos/uploads", content=body, headers=headers)
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (201, str(len(body))), sent.text
    end = time.monotonic() + 60
    while (shown := creator.http.get(f"/v1/videos/{video}").json())["status"] != "ready":
        assert shown["status"] == "processing", shown
        assert time.monotonic() < end, shown
        time.sleep(0.2)
    return video


def give(giver: Someone, video: str, **more: Any) -> httpx.Response:
    body = {"id": str(ids.new()), "gift_id": "rose", "count": 7, **more}
    return giver.http.post(f"/v1/videos/{video}/gifts", json=body)


def test_a_video_is_uploaded_made_watched_and_given_gifts(service: Service, tmp_path: Any) -> None:
    bob, alice = service.join("bob"), service.join("alice")
    bob.http.post("/v1/me/creator", json={"accept_terms": True})
    service.recharge(alice, 5_000)
    video = upload(service, bob, film(tmp_path / "a.mp4", *pictures("640x360", 1, 24), *SOUND, *QUICK, "-c:a", "aac"))
    early = give(alice, video)
    assert (early.status_code, early.json()["code"]) == (404, "not-found")
    published = bob.http.post(f"/v1/videos/{video}/publish").json()
    for address in (published["playback"]["hls"], published["poster"], f"/videos/{video}/360p.mp4"):
        assert httpx.get(service.base + address).status_code == 200, address

    body = {"id": str(ids.new()), "gift_id": "rose", "count": 7, "message": "for the sea"}
    given = alice.http.post(f"/v1/videos/{video}/gifts", json=body)
    assert given.status_code == 201, given.text
    receipt = given.json()
    assert (receipt["context"], receipt["coins"], receipt["receiver"]["username"]) == ("video", 7, bob.username)
    again = alice.http.post(f"/v1/videos/{video}/gifts", json=body)
    assert (again.headers["Idempotent-Replay"], again.json()["receipt"]) == ("true", receipt["receipt"])
    assert give(alice, video, count=1, gift_id="lion", anonymous=True).status_code == 201
    proof = alice.http.get(receipt["proof_url"])
    assert proof.status_code == 200
    (tmp_path / "proof.json").write_bytes(proof.content)
    listed = alice.http.get(f"/v1/videos/{video}/gifts").json()
    assert [(gift["gift_id"], gift["repeat_count"]) for gift in listed["items"]] == [("rose", 7), ("lion", 1)]
    sent = alice.http.get("/v1/me/gifts/sent").json()["items"]
    assert [(gift["context"], gift["live"]["id"]) for gift in sent] == [("video", video)] * 2
    got = bob.http.get("/v1/me/gifts/received").json()["items"]
    assert got[1]["message"] == "for the sea"
    top = alice.http.get(f"/v1/videos/{video}/top-gifters").json()["items"]
    assert [(rank["account"]["username"], rank["coins"]) for rank in top] == [(alice.username, 7)]
    _await_counts(alice, video, (2, receipt["coins"] + _price(service, "lion")))

    assert give(bob, video).json()["code"] == "self-gift"
    poor = service.join("charlie")
    assert give(poor, video).json()["code"] == "not-enough-coins"
    assert give(service.join("robin", born="2010-02-11"), video).json()["code"] == "under-age"
    bob.http.patch(f"/v1/videos/{video}", json={"gifts_enabled": False})
    assert give(alice, video).json()["code"] == "gifting-off"
    bare = str(ids.decode(video, "video"))
    assert alice.http.post(f"/v1/lives/{bare}/gifts", json=body | {"id": str(ids.new())}).status_code == 404
    assert bob.http.delete(f"/v1/videos/{video}").status_code == 204
    assert give(alice, video).status_code == 404
    assert alice.http.get(receipt["proof_url"]).status_code == 200
    assert alice.http.get("/v1/me/gifts/sent").json()["items"][1]["receipt"] == receipt["receipt"]
    audit = service.command("audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr


def _price(service: Service, gift: str) -> int:
    gifts = httpx.get(f"{service.base}/v1/catalog/gifts").json()["items"]
    return int(next(one["coins"] for one in gifts if one["id"] == gift))


def _await_counts(who: Someone, video: str, wanted: tuple[int, int]) -> None:
    """What was given is shown within a moment."""
    end = time.monotonic() + 20
    while True:
        shown = who.http.get(f"/v1/videos/{video}").json()
        if (shown["gifts"], shown["coins"]) == wanted:
            return
        assert time.monotonic() < end, (shown["gifts"], shown["coins"], wanted)
        time.sleep(0.2)
