"""The tokens that Pub/Sub pushes carry: OpenID Connect, signed by Google for our audience and our service account.

Source: Google Cloud, Pub/Sub, authentication for push subscriptions.
"""

import asyncio
import time
from typing import Any

import httpx
import jwt
import structlog

from largesse.kit.origins import origin_of
from largesse.payments.providers.port import Away, BadNotice

log = structlog.get_logger(__name__)
_ISSUERS = ["https://accounts.google.com", "accounts.google.com"]
_OF_GOOGLE = "https://www.googleapis.com"
_KEPT_S, _KEPT_S_MAX = 3600.0, 86_400.0
_PAUSE_S = 5.0
_ANSWER_S_MAX = 5.0
_LEEWAY_S = 30


class PushTokens:
    """Checks tokens by the issuer's public keys, which are fetched when they are needed and kept."""

    def __init__(self, jwks_url: str, audience: str, email: str) -> None:
        self._url = jwks_url
        self._audience = audience
        self._email = email
        # Keys that are fetched elsewhere are the keys of an issuer there.
        elsewhere = origin_of(jwks_url)
        self._issuers = _ISSUERS if elsewhere == _OF_GOOGLE else [*_ISSUERS, elsewhere]
        self._keys: dict[str, Any] = {}
        self._kept_at = self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None
        self._client: httpx.AsyncClient | None = None

    async def check(self, authorization: str) -> None:
        """Raise `BadNotice` unless the header carries a token that was minted for us; `Away` without any keys."""
        if not self._audience or not self._email:
            raise BadNotice("LARGESSE_GOOGLE_PUSH_AUDIENCE and _EMAIL are not set, so no push is ours")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise BadNotice("a push without a token")
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audience,
                issuer=self._issuers,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "aud", "iss", "email"]},
            )
        except jwt.PyJWTError as error:
            raise BadNotice(f"a push whose token is not for us: {type(error).__name__}") from error
        if claims["email"] != self._email or claims.get("email_verified") is not True:
            raise BadNotice("a push of another service account")

    async def warm(self) -> None:
        """Fetch the keys before anybody waits for them; not where no push can be ours."""
        if not self._audience or not self._email:
            return
        async with self._asking:
            self._asked_at = time.monotonic()
            await self._fetch()

    async def close(self) -> None:
        """Close the connection."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait([self._renewing])
        if self._client is not None:
            await self._client.aclose()

    async def _key(self, kid: str) -> Any:
        """The public key of this name; an unknown name asks for the keys again, but not at every turn.

        Known ones that are old are asked for again beside the answer, which does not wait for that.
        """
        now = time.monotonic()
        if kid in self._keys and now - self._kept_at <= _KEPT_S_MAX:
            is_due = now - self._kept_at > _KEPT_S and now - self._asked_at > _PAUSE_S
            if is_due and (self._renewing is None or self._renewing.done()):
                self._renewing = asyncio.create_task(self.warm(), name="google-push-keys")
            return self._keys[kid]
        async with self._asking:
            now = time.monotonic()
            is_missing = kid not in self._keys or now - self._kept_at > _KEPT_S_MAX
            if is_missing and now - self._asked_at > _PAUSE_S:
                self._asked_at = now
                await self._fetch()
        if not self._keys or now - self._kept_at > _KEPT_S_MAX:
            raise Away("the keys of the push's issuer cannot be had right now")
        if kid not in self._keys:
            raise BadNotice("a push whose token nobody known has signed")
        return self._keys[kid]

    async def _fetch(self) -> None:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_ANSWER_S_MAX, follow_redirects=False)
        try:
            answer = await self._client.get(self._url)
            answer.raise_for_status()
            found = jwt.PyJWKSet.from_dict(answer.json())
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
            log.warning("google.push_keys_away", why=f"{type(error).__name__}: {error}"[:200])
            return
        self._keys = {key.key_id: key for key in found.keys if key.key_id}
        self._kept_at = time.monotonic()
