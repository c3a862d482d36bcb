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
        for changed in ({"coins_paid": 1000}, {"receiver": 77}, {"flags": 0}):
            forged = json.loads(proof)
            forged["gift"] |= changed
            text = json.dumps(forged, separators=(",", ":")).encode()
            assert not independent_verifier.holds(text, document)
            assert not verify.verify(text, document).ok
