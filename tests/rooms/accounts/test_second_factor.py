"""The second factor: on by a first code, asked for, never twice the same code, off by a code."""

import asyncio
import re
from datetime import timedelta

import pyotp
import pytest

from authenticating import PASSWORD, Authenticator, refusal, sign_in
from largesse import accounts as room
from largesse.accounts import AccountsService, FreshSecondFactorNeeded, routes
from largesse.kit import trail
from largesse.kit.config import Settings
from largesse.kit.news import News


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


async def give(client, member, code):
    return await client.post("/v1/sessions/current/second-factor", json={"code": code}, headers=member.headers)


# Turning it on


async def test_a_secret_is_shown_once_as_text_address_and_picture(client, cast, db):
    shown = await client.post("/v1/me/totp", json={"password": PASSWORD}, headers=cast.alice.headers)
    assert shown.headers["cache-control"] == "no-store"
    body = shown.json()
    read = pyotp.parse_uri(body["uri"])
    assert (read.secret, read.name, read.issuer) == (body["secret"], "alice", "127.0.0.1")
    assert len(body["secret"]) == 32  # 160 bits
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", body["qr"]["path"])
    async with db.read() as tx:
        kept = await tx.scalar("SELECT secret FROM accounts.totp WHERE account = %s", [cast.alice.key])
    assert body["secret"].encode() not in kept


async def test_it_is_on_from_its_first_code_and_me_says_so(client, cast, enrol):
    me = {"headers": cast.alice.headers}
    phone = await enrol(cast.alice)
    assert (await client.get("/v1/me", **me)).json()["second_factor"] is False
    assert (await sign_in(client)).status_code == 201
    done = await client.post("/v1/me/totp/confirm", json={"code": phone.code()}, **me)
    assert (done.status_code, done.json()["second_factor"]) == (200, True)
    assert (await client.get("/v1/me", **me)).json()["second_factor"] is True
    assert refusal(await sign_in(client)) == (401, "second-factor-needed")


async def test_a_stolen_session_turns_nothing_on_without_the_password(client, cast):
    answer = await client.post("/v1/me/totp", json={"password": "guessed"}, headers=cast.alice.headers)
    assert refusal(answer) == (403, "wrong-password")


async def test_a_wrong_first_code_turns_nothing_on(client, cast, enrol):
    phone = await enrol(cast.alice)
    answer = await client.post("/v1/me/totp/confirm", json={"code": phone.wrong()}, headers=cast.alice.headers)
    assert refusal(answer) == (403, "wrong-second-factor")
    assert (await sign_in(client)).status_code == 201


async def test_a_shown_secret_waits_an_hour_for_its_first_code(client, cast, enrol, clock):
    phone = await enrol(cast.alice)
    clock.at += timedelta(hours=1, seconds=1)
    answer = await client.post("/v1/me/totp/confirm", json={"code": phone.code()}, headers=cast.alice.headers)
    assert refusal(answer) == (409, "second-factor-off")


async def test_a_second_secret_replaces_the_one_that_waits(client, cast, enrol):
    first, second = await enrol(cast.alice), await enrol(cast.alice)
    headers = cast.alice.headers
    assert (await client.post("/v1/me/totp/confirm", json={"code": first.code()}, headers=headers)).status_code == 403
    assert (await client.post("/v1/me/totp/confirm", json={"code": second.code()}, headers=headers)).status_code == 200


async def test_what_is_on_is_never_replaced_unseen(client, cast, turn_on):
    phone = await turn_on(cast.alice)
    headers = cast.alice.headers
    again = await client.post("/v1/me/totp", json={"password": PASSWORD}, headers=headers)
    assert refusal(again) == (409, "second-factor-on")
    confirmed = await client.post("/v1/me/totp/confirm", json={"code": phone.code()}, headers=headers)
    assert refusal(confirmed) == (409, "second-factor-on")
    assert (await sign_in(client, phone.code())).status_code == 201


async def test_without_one_there_is_nothing_to_confirm_give_or_remove(client, cast):
    for path in ("/v1/me/totp/confirm", "/v1/me/totp/remove", "/v1/sessions/current/second-factor"):
        answer = await client.post(path, json={"code": "123456"}, headers=cast.alice.headers)
        assert refusal(answer) == (409, "second-factor-off")


# Codes


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 201), (0, 201), (1, 201), (2, 403)])
async def test_a_clock_may_drift_by_one_step(client, cast, turn_on, steps, status):
    phone = await turn_on(cast.alice)
    phone.wait(minutes=1)
    assert (await sign_in(client, phone.code(steps))).status_code == status


async def test_a_code_is_accepted_once_wherever_it_is_given(client, cast, turn_on):
    phone = await turn_on(cast.alice)
    code = phone.code()
    assert (await sign_in(client, code)).status_code == 201
    assert refusal(await sign_in(client, code)) == (403, "wrong-second-factor")
    assert refusal(await give(client, cast.alice, code)) == (403, "wrong-second-factor")
    removed = await client.post("/v1/me/totp/remove", json={"code": code}, headers=cast.alice.headers)
    assert refusal(removed) == (403, "wrong-second-factor")


async def test_the_first_code_is_used_up_too(client, cast, enrol):
    phone = await enrol(cast.alice)
    code = phone.code()
    await client.post("/v1/me/totp/confirm", json={"code": code}, headers=cast.alice.headers)
    assert refusal(await sign_in(client, code)) == (403, "wrong-second-factor")


async def test_after_a_code_of_a_fast_clock_earlier_ones_are_used_up(client, cast, turn_on):
    phone = await turn_on(cast.alice)
    assert (await sign_in(client, phone.code(1))).status_code == 201
    assert refusal(await sign_in(client, phone.code(0))) == (403, "wrong-second-factor")


async def test_of_many_who_send_one_code_at_once_one_gets_in(client, cast, turn_on):
    await sign_in(client)  # the password's hash is renewed now, not by one of those who come at once
    code = (await turn_on(cast.alice)).code()
    answers = await asyncio.gather(*(sign_in(client, code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [403] * 7


async def test_of_many_who_prove_themselves_by_one_code_at_once_one_does(client, cast, turn_on):
    code = (await turn_on(cast.alice)).code()
    answers = await asyncio.gather(*(give(client, cast.alice, code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7


ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")


@pytest.mark.parametrize("write", ["{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", " {0}\n", "arabic"])
async def test_a_code_counts_as_people_type_it(client, cast, turn_on, write):
    code = (await turn_on(cast.alice)).code()
    typed = code.translate(ARABIC) if write == "arabic" else write.format(code)
    assert (await sign_in(client, typed)).status_code == 201


NO_CODES = ["12345", "1234567", "abcdef", "\u00b2" * 6, "\U0001f600" * 6, "-00001", "0x1234", "\u00bd" * 6]


@pytest.mark.parametrize("typed", NO_CODES)
async def test_what_is_no_code_is_a_wrong_one(client, cast, turn_on, typed):
    await turn_on(cast.alice)
    assert refusal(await sign_in(client, typed)) == (403, "wrong-second-factor")


@pytest.fixture
async def strict(settings, db, clock, app_client):
    """Outside a sandbox, with three attempts."""
    here = Settings(database_url=settings.database_url, data_dir=settings.data_dir, sign_in_failures_max=3)
    service = AccountsService(db, News(""), clock, here)
    yield await app_client(routes, accounts=service, settings=here)
    await service.close()


async def test_wrong_codes_are_counted_and_a_right_one_forgives(strict, cast, turn_on):
    phone = await turn_on(cast.alice)
    for _ in range(2):
        assert refusal(await give(strict, cast.alice, phone.wrong())) == (403, "wrong-second-factor")
    assert (await give(strict, cast.alice, phone.code())).status_code == 200
    phone.wait(seconds=30)
    for _ in range(3):
        assert refusal(await give(strict, cast.alice, phone.wrong())) == (403, "wrong-second-factor")
    barred = await give(strict, cast.alice, phone.code())
    assert refusal(barred) == (429, "too-many")
    assert int(barred.headers["retry-after"]) > 0


async def test_many_wrong_codes_at_once_do_not_pass_the_count(strict, cast, turn_on):
    phone = await turn_on(cast.alice)
    answers = await asyncio.gather(*(give(strict, cast.alice, phone.wrong()) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [403] * 3 + [429] * 7


# Signing in


async def test_a_wrong_password_is_told_before_any_code_is_looked_at(client, cast, turn_on):
    phone = await turn_on(cast.alice)
    code = phone.code()
    assert refusal(await sign_in(client, code, password="guessed")) == (401, "wrong-credentials")
    assert (await sign_in(client, code)).status_code == 201


async def test_who_has_none_signs_in_with_and_without_a_code(client, cast):
    assert (await sign_in(client)).status_code == 201
    assert (await sign_in(client, "123456")).status_code == 201


async def test_a_new_password_by_mail_does_not_go_around_it(client, cast, turn_on, accounts):
    await turn_on(cast.alice)
    letter = await accounts.me.write_reset("alice@example.org")
    await client.post(f"/v1/password-resets/{letter.token}", json={"password": "seven green bottles"})
    assert refusal(await sign_in(client, password="seven green bottles")) == (401, "second-factor-needed")


async def test_signing_up_again_with_the_same_id_does_not_go_around_it(client, clock):
    born = {
        "birth_date": "1990-05-17",
        "country": "US",
        "accept_terms": True,
        "id": "0199a3b2-0000-7000-8000-000000000001",
    }
    form = {"username": "dora", "email": "dora@example.org", "password": "seven green bottles", **born}
    made = (await client.post("/v1/accounts", json=form)).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    shown = await client.post("/v1/me/totp", json={"password": "seven green bottles"}, headers=headers)
    phone = Authenticator(shown.json()["secret"], clock)
    assert (await client.post("/v1/me/totp/confirm", json={"code": phone.code()}, headers=headers)).is_success
    assert refusal(await client.post("/v1/accounts", json=form)) == (409, "id-reused")


# Fresh


@pytest.fixture
def fresh(db, clock):
    """Whether a session may go on: "fresh", "old", or "none" where no second factor is on."""

    async def ask(account, bearer):
        async with db.read() as tx:
            try:
                await room.require_fresh_second_factor(tx, account, bearer, clock.now())
            except FreshSecondFactorNeeded as needed:
                return "old" if needed.enrolled else "none"
        return "fresh"

    return ask


async def test_a_code_is_fresh_for_five_minutes_in_its_own_session(client, cast, turn_on, fresh, accounts):
    alice = (cast.alice.key, cast.alice.bearer)
    assert await fresh(*alice) == "none"
    phone = await turn_on(cast.alice)
    phone.wait(minutes=5)
    assert await fresh(*alice) == "old"
    given = await give(client, cast.alice, phone.code())
    assert given.json() == {"fresh_until": (accounts.now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    other = await accounts.authenticate((await accounts.issue_sessions([cast.alice.key]))[0])
    for minutes in (0, 5):
        phone.wait(minutes=minutes)
        assert await fresh(*alice) == "fresh"
        assert await fresh(cast.alice.key, other.bearer) == "old"
    phone.wait(seconds=1)
    assert await fresh(*alice) == "old"


async def test_signing_in_with_a_code_is_fresh(client, cast, turn_on, fresh, accounts):
    phone = await turn_on(cast.alice)
    principal = await accounts.authenticate((await sign_in(client, phone.code())).json()["token"])
    assert await fresh(cast.alice.key, principal.bearer) == "fresh"


async def test_a_wrong_code_makes_nothing_fresh(client, cast, turn_on, fresh):
    phone = await turn_on(cast.alice)
    phone.wait(minutes=6)
    await give(client, cast.alice, phone.wrong())
    assert await fresh(cast.alice.key, cast.alice.bearer) == "old"


async def test_somebody_elses_session_is_never_fresh(cast, turn_on, fresh):
    await turn_on(cast.alice)
    assert await fresh(cast.alice.key, cast.bob.bearer) == "old"


async def test_a_clock_set_back_keeps_nothing_fresh(cast, turn_on, fresh):
    phone = await turn_on(cast.alice)
    phone.wait(hours=-1)
    assert await fresh(cast.alice.key, cast.alice.bearer) == "old"


async def test_what_an_earlier_authenticator_proved_is_not_fresh(client, cast, turn_on, fresh, accounts):
    phone = await turn_on(cast.alice)
    other = await accounts.authenticate((await sign_in(client, phone.code())).json()["token"])
    phone.wait(seconds=30)
    await client.post("/v1/me/totp/remove", json={"code": phone.code()}, headers=cast.alice.headers)
    assert await fresh(cast.alice.key, other.bearer) == "none"
    phone.wait(seconds=30)
    await turn_on(cast.alice)
    assert await fresh(cast.alice.key, cast.alice.bearer) == "fresh"
    assert await fresh(cast.alice.key, other.bearer) == "old"


# Off


async def test_a_code_removes_it_and_the_password_is_enough_again(client, cast, turn_on):
    phone = await turn_on(cast.alice)
    gone = await client.post("/v1/me/totp/remove", json={"code": phone.code()}, headers=cast.alice.headers)
    assert gone.status_code == 204
    assert (await sign_in(client)).status_code == 201


async def test_a_wrong_code_removes_nothing(client, cast, turn_on):
    phone = await turn_on(cast.alice)
    answer = await client.post("/v1/me/totp/remove", json={"code": phone.wrong()}, headers=cast.alice.headers)
    assert refusal(answer) == (403, "wrong-second-factor")
    assert refusal(await sign_in(client)) == (401, "second-factor-needed")


async def test_each_change_is_mailed_and_on_the_trail_and_in_the_outbox(client, cast, turn_on, mail, db):
    phone = await turn_on(cast.alice)
    assert "Your second factor is on" in await mail()
    await client.post("/v1/me/totp/remove", json={"code": phone.code()}, headers=cast.alice.headers)
    said = await mail()
    assert "mail to alice@example.org: Your second factor is off" in said
    assert said.count("http://127.0.0.1:8700/account#security\n") == 1
    async with db.read() as tx:
        deeds = await tx.rows("SELECT actor, verb, about FROM kit.trail ORDER BY n")
        news = await tx.rows("SELECT subject, body FROM kit.outbox WHERE topic = 'account.second_factor' ORDER BY id")
        assert (await trail.verify(tx)).broken_at is None
    assert [(d["actor"], d["verb"], d["about"]) for d in deeds] == [
        (cast.alice.key, "accounts.second_factor.on", cast.alice.acct),
        (cast.alice.key, "accounts.second_factor.off", cast.alice.acct),
    ]
    assert [n["body"]["change"] for n in news] == ["on", "off"]


# Erasing


async def test_an_erased_person_leaves_no_key_and_no_authenticator(client, cast, turn_on, accounts, db):
    await turn_on(cast.alice)
    async with db.write() as tx:
        sealed = await accounts.personal.seal(tx, cast.alice.key, "test", b"where she lives")
        assert await accounts.personal.open(tx, cast.alice.key, "test", sealed) == b"where she lives"
    gone = await client.post("/v1/me/erase", json={"password": PASSWORD}, headers=cast.alice.headers)
    assert gone.status_code == 204
    async with db.read() as tx:
        for table in ("totp", "personal_key"):
            assert await tx.scalar(f"SELECT count(*) FROM accounts.{table}") == 0
        assert await accounts.personal.open(tx, cast.alice.key, "test", sealed) is None


async def test_the_export_says_since_when_it_is_on_and_never_the_secret(client, cast, turn_on, clock):
    at = clock.now()
    await turn_on(cast.alice)
    answer = await client.get("/v1/me/export", headers=cast.alice.headers)
    assert answer.json()["second_factor"]["since"].startswith(at.strftime("%Y-%m-%dT%H:%M:%S"))
    assert set(answer.json()["second_factor"]) == {"since"}
