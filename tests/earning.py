"""Creators of a running service with something to withdraw."""

from browsing import mailed
from largesse.kit import ids
from running import Service, Someone


async def earns(service: Service, coins: int) -> Someone:
    """A creator with a proved address whom somebody gave so many coins to, in gifts of ten thousand."""
    bob, alice = service.join("bob"), service.join("alice")
    token = (await mailed(service, f"{bob.username}@example.org", "verify")).rpartition("/")[2]
    assert bob.http.post(f"/v1/email-verifications/{token}").is_success
    live = service.live(bob)["id"]
    service.turn_on_second_factor(bob)
    service.recharge(alice, coins)
    for _ in range(coins // 10_000):
        body = {"id": str(ids.new()), "gift_id": "rocket", "count": 1}
        given = alice.http.post(f"/v1/lives/{live}/gifts", json=body)
        assert given.status_code == 201, given.text
    assert bob.http.post(f"/v1/lives/{live}/end").is_success
    return bob
