"""The OpenAPI document has every path of the public contract that exists so far, and what it says is so."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from largesse.kit.config import Settings
from largesse.main.app import build_app
from largesse.main.compose import build
from running import Service

# From the public contract (docs/reference): method and path; `*` stands for a parameter.
PROMISED = """
POST /v1/accounts
POST /v1/password-resets
POST /v1/password-resets/*
POST /v1/email-verifications/*
POST /v1/sessions
GET /v1/sessions
DELETE /v1/sessions/current
GET /v1/me
PATCH /v1/me
POST /v1/me/password
POST /v1/me/creator
GET /v1/accounts/*
POST /v1/accounts/*/follow
DELETE /v1/accounts/*/follow
GET /v1/me/export
POST /v1/me/erase
GET /v1/catalog/gifts
GET /v1/catalog/bundles
GET /v1/catalog/gifts/*/quote
GET /v1/me/wallet
GET /v1/me/wallet/entries
POST /v1/purchases
GET /v1/purchases
GET /v1/purchases/*
GET /v1/purchases/*/receipt
POST /v1/purchases/*/cancel
GET /v1/me/buying
POST /v1/lives/*/gifts
POST /v1/gifts/batch
GET /v1/gifts/*
GET /v1/gifts/*/proof
GET /v1/receipts/*
GET /v1/receipts/*/proof
GET /v1/me/gifts/sent
GET /v1/me/gifts/received
GET /v1/me/statements
GET /v1/me/statements/*
POST /v1/lives
PATCH /v1/lives/*
POST /v1/lives/*/start
POST /v1/lives/*/end
GET /v1/lives
GET /v1/lives/*
GET /v1/lives/*/summary
GET /v1/lives/*/top-gifters
GET /v1/lives/*/gifts
POST /v1/lives/*/comments
POST /v1/lives/*/likes
POST /v1/lives/*/questions
POST /v1/lives/*/shares
POST /v1/lives/*/thanks
POST /v1/lives/*/moderation
GET /v1/lives/*/frames
GET /v1/lives/*/events
POST /v1/lives/*/whip
DELETE /v1/lives/*/whip/*
POST /v1/lives/*/whep
DELETE /v1/lives/*/whep/*
POST /v1/lives/*/guests/*/whip
POST /v1/lives/*/guests/*/whep
POST /v1/videos
GET /v1/videos
GET /v1/me/videos
GET /v1/videos/*
PATCH /v1/videos/*
DELETE /v1/videos/*
POST /v1/videos/*/publish
POST /v1/videos/*/unpublish
POST /v1/videos/uploads
PATCH /v1/videos/uploads/*
DELETE /v1/videos/uploads/*
PUT /v1/videos/*/captions/*
DELETE /v1/videos/*/captions/*
GET /v1/videos/*/comments
POST /v1/videos/*/comments
DELETE /v1/videos/*/comments/*
PUT /v1/videos/*/like
DELETE /v1/videos/*/like
POST /v1/videos/*/views
POST /v1/videos/*/shares
POST /v1/videos/*/gifts
GET /v1/videos/*/gifts
GET /v1/videos/*/top-gifters
POST /v1/office/videos/*/hide
POST /v1/office/videos/*/show
GET /v1/me/diamonds
POST /v1/me/payout-methods
GET /v1/me/payout-methods
DELETE /v1/me/payout-methods/*
POST /v1/me/payout-methods/*/verify
POST /v1/me/payouts/quote
POST /v1/me/payouts
GET /v1/me/payouts
GET /v1/me/payouts/*
POST /v1/me/papers
GET /v1/me/papers
GET /v1/me/papers/standing
GET /v1/me/papers/*
DELETE /v1/me/papers/*
PUT /v1/me/papers/*/files/*
GET /v1/me/papers/*/files/*
POST /v1/me/papers/*/submit
GET /v1/office/papers
GET /v1/office/papers/*
GET /v1/office/papers/*/files/*
POST /v1/office/papers/*/approve
POST /v1/office/papers/*/reject
GET /v1/office/screening
POST /v1/office/screening/*/rule
POST /v1/me/payouts/*/cancel
GET /v1/office/payouts
GET /v1/office/payouts/*
POST /v1/office/payouts/*/approve
POST /v1/office/payouts/*/hold
POST /v1/office/payouts/*/release
POST /v1/office/payouts/*/rule
POST /v1/office/payouts/*/play-return
GET /v1/office/payout-batches
POST /v1/office/payout-files
GET /v1/office/payout-files
GET /v1/office/payout-files/*
POST /v1/office/payout-files/*/file
POST /v1/office/payout-files/*/said
POST /v1/office/payout-reports/*
GET /v1/office/payout-reports
GET /v1/office/payout-methods/*/notes
GET /v1/office/reports/trial-balance
GET /v1/office/reports/trial-balance.csv
GET /v1/office/reports/deferred-revenue
GET /v1/office/reports/deferred-revenue.csv
GET /v1/office/reports/liabilities
GET /v1/office/reports/liabilities.csv
GET /v1/office/reports/breakage
GET /v1/office/reports/breakage.csv
GET /v1/office/months
GET /v1/office/periods
POST /v1/office/period-closes
GET /v1/office/period-closes
POST /v1/office/period-closes/*/approve
POST /v1/office/period-closes/*/reject
POST /v1/office/reconciliations/*
GET /v1/office/reconciliations
GET /v1/office/reconciliations/*
GET /v1/office/reconciliations/*/lines
POST /v1/office/reconciliations/*/lines/*/resolve
POST /v1/office/payouts/*/reject
POST /v1/office/payouts/*/transfer
PUT /v1/office/exchange-rates/*
POST /v1/api-keys
GET /v1/api-keys
POST /v1/api-keys/*/approve
DELETE /v1/api-keys/*
POST /v1/office/hosts
GET /v1/hosts
POST /v1/host-users
GET /v1/host-users
POST /v1/host-users/remove
POST /v1/host-links
POST /v1/me/host-codes
GET /v1/me/hosts
DELETE /v1/me/hosts/*
GET /v1/me/badge
GET /healthz
GET /readyz
GET /metrics
GET /.well-known/largesse-keys.json
GET /v1/checkpoints
""".strip().splitlines()


def test_the_application_is_built_without_a_warning(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), database_url="postgresql://nobody@/none", nats_url="nats://127.0.0.1:1")
    assert "/v1/lives" in build_app(build(settings)).openapi_schema.to_schema()["paths"]


@pytest.fixture(scope="module")
def document(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{service.base}/openapi.json").json()
    return found


def _shape(path: str) -> str:
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))


def test_every_promised_path_is_in_the_document(document: dict[str, Any]) -> None:
    there = {
        f"{method.upper()} {_shape(path)}" for path, item in document["paths"].items() for method in item if method in
        {"get", "post", "put", "patch", "delete"}
    }  # fmt: skip
    missing = [line for line in PROMISED if line not in there]
    assert missing == []


def test_every_operation_says_what_it_is_and_which_problems_it_answers(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and path.startswith("/v1"):
                assert operation.get("summary"), (method, path)
                problems = [s for s in operation["responses"] if s.startswith("4")]
                assert problems, (method, path)


def test_a_problem_has_its_members_and_media_type(service: Service) -> None:
    answer = httpx.get(f"{service.base}/v1/lives/not-an-id")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert {"type", "title", "status", "code", "detail"} <= answer.json().keys()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/v1/nothing", 404, "not-found"), ("/v1/me", 401, "not-signed-in"), ("/v1/lives?limit=0", 400, "invalid")],
)
def test_refusals_have_stable_codes(service: Service, path: str, status: int, code: str) -> None:
    answer = httpx.get(service.base + path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
