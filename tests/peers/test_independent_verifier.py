"""The page about proofs is enough to write another verifier, and both come to the same verdicts."""

import json
from typing import Any

import msgspec

import independent_verifier
from bookkeeping import Bookkeeper, Gift, receipt
from largesse.ledger import checkpoints, proofs, verify
from largesse.ledger.keys import Keys


async def test_another_verifier_comes_to_the_same_verdict(cast: Any, books: Bookkeeper, secrets: Keys) -> None:
    await books.buy(cast.alice.key, 500)
    numbers = await books.give([Gift(cast.alice.key, cast.bob.key, n + 1, flags=4) for n in range(7)])
    await books.give([Gift(cast.alice.key, cast.bob.key)])
    async with books.db.write() as tx:
        await checkpoints.sign_next(tx, secrets, "https://largesse.example")
    document = msgspec.json.encode(secrets.document())
    for number in numbers:
        async with books.db.read() as tx:
            proof = msgspec.json.encode(await proofs.make(tx, secrets, await receipt(tx, number)))
        assert independent_verifier.holds(proof, document)
        assert verify.verify(proof, document).ok
        changes: list[dict[str, Any]] = [
            {"gift": {"coins_paid": 1000}}, {"gift": {"receiver": 77}}, {"gift": {"flags": 0}}, {"gifts": 8},
            {"recorded_at": "2026-01-01T00:00:00.000001Z"},
        ]  # fmt: skip
        for changed in changes:
            forged = json.loads(proof)
            gift = forged["gift"] | changed.get("gift", {})
            forged |= changed | {"gift": gift}
            text = json.dumps(forged, separators=(",", ":")).encode()
            assert not independent_verifier.holds(text, document)
            assert not verify.verify(text, document).ok
