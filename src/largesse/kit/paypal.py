"""Talking to PayPal: the access token, calls that may be sent again, amounts in its form. Two rooms do."""

import asyncio
import time
from decimal import Decimal
from typing import Any, TypedDict

import httpx

from largesse.kit.config import Settings
from largesse.kit.money import Money, exponent
from largesse.kit.outside import Away, Refused

_TIMEOUT_S = 20.0
_TOKEN_SLACK_S = 60.0
_MINOR_MAX = 10**15
_UNAUTHORIZED, _TOO_MANY, _SERVER = 401, 429, 500
_ACTED = 409  # RESOURCE_CONFLICT, while the same request is still being worked on
# PayPal takes these without decimals, whatever ISO 4217 says.
# Source: https://developer.paypal.com/reference/currency-codes/
WHOLE = frozenset({"HUF", "JPY", "TWD"})
CURRENCIES = frozenset({
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
})  # fmt: skip


class Amount(TypedDict):
    """An amount in PayPal's form: a decimal number as text."""

    currency_code: str
    value: str


def amount_of(money: Money) -> Amount:
    """Money in PayPal's form; raises `Refused` for a currency that PayPal does not take."""
    if money.currency not in CURRENCIES:
        raise Refused("currency_not_supported", f"PayPal does not take {money.currency}")
    scale = 10 ** exponent(money.currency)
    if money.currency in WHOLE:
        if money.minor % scale:
            raise Refused("amount_not_whole", f"PayPal takes whole {money.currency} only")
        return {"currency_code": money.currency, "value": str(money.minor // scale)}
    return {"currency_code": money.currency, "value": f"{money.minor // scale}.{money.minor % scale:02d}"}


def money_of(amount: Amount) -> Money:
    """An amount of PayPal's as money; raises `Away` for what is not one."""
    try:
        currency = amount["currency_code"]
        minor = Decimal(amount["value"]) * 10 ** exponent(currency)
        if minor != int(minor) or abs(minor) > _MINOR_MAX:
            raise Away(f"an amount that is finer than {currency}, or larger than any: {amount['value'][:40]}")
        return Money(int(minor), currency)
    except (KeyError, ArithmeticError, ValueError, AssertionError) as error:
        raise Away(f"an amount that is none: {amount}") from error


class PayPalClient:
    """Calls as our application. `Away`: the outcome is unknown; `Refused`: PayPal's own issue is the reason."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.http = httpx.AsyncClient(base_url=settings.paypal_api_base, timeout=_TIMEOUT_S, transport=transport)
        self._credentials = (settings.paypal_client_id, settings.paypal_client_secret)
        self._token = ""
        self._token_until = 0.0
        self._asking = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def get(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        """Read."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Any, *, key: str) -> dict[str, Any]:
        """Create; `key` makes the same call again the same thing."""
        headers = {"PayPal-Request-Id": key, "Prefer": "return=representation"}
        return await self._call("POST", path, json=body, headers=headers)

    async def _call(self, method: str, path: str, **parts: Any) -> dict[str, Any]:
        for last in (False, True):
            headers = parts.get("headers", {}) | {"Authorization": f"Bearer {await self._access()}"}
            answer = await self._send(method, path, **parts | {"headers": headers})
            if answer.status_code == _UNAUTHORIZED and not last:
                self._token_until = 0.0  # revoked before its time
                continue
            return _read(answer)
        raise AssertionError

    async def _access(self) -> str:
        async with self._asking:
            if time.monotonic() >= self._token_until:
                form = {"grant_type": "client_credentials"}
                answer = await self._send("POST", "/v1/oauth2/token", data=form, auth=self._credentials)
                found = _read(answer)
                self._token = str(found["access_token"])
                self._token_until = time.monotonic() + float(found.get("expires_in", 0)) - _TOKEN_SLACK_S
            return self._token

    async def _send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        try:
            return await self.http.request(method, path, **parts)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away(type(error).__name__) from error


def _read(answer: httpx.Response) -> dict[str, Any]:
    status = answer.status_code
    if status in {_TOO_MANY, _ACTED} or status >= _SERVER:
        raise Away(f"PayPal answered {status}")
    try:
        found = answer.json() if answer.content else {}
    except ValueError as error:
        raise Away("PayPal's answer is not JSON") from error
    if not isinstance(found, dict):
        raise Away("PayPal's answer is not an object")
    if answer.is_success:
        return found
    details = found.get("details") or [{}]
    reason = details[0].get("issue") or found.get("name") or found.get("error") or str(status)
    raise Refused(str(reason), str(details[0].get("description") or found.get("message") or "")[:300], found)
