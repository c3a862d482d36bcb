"""Codes and pictures of an authenticator: pure rules."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import segno

from largesse.accounts.totp import STEP_S, draw, new_secret, plain_code, step_of

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", as the appendix has it


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_codes_are_those_of_the_standards_own_table(at_s, code):
    """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
    assert step_of(RFC_SECRET, code, datetime.fromtimestamp(at_s, UTC), 0) == at_s // STEP_S


@pytest.mark.parametrize("second", [0, 29])
def test_a_code_counts_one_step_early_and_late_and_no_more(second):
    secret, step = new_secret(), 60_000_000
    now = datetime.fromtimestamp(step * STEP_S + second, UTC)
    at = {drift: step_of(secret, pyotp.HOTP(secret).at(step + drift), now, 0) for drift in range(-3, 4)}
    assert at == {-3: None, -2: None, -1: step - 1, 0: step, 1: step + 1, 2: None, 3: None}


def test_no_step_counts_that_is_not_after_the_last_one():
    secret, now = new_secret(), datetime(2026, 11, 26, tzinfo=UTC)
    step = int(now.timestamp()) // STEP_S
    for last in range(step - 2, step + 2):
        assert (step_of(secret, pyotp.HOTP(secret).at(step), now, last) == step) is (last < step)


def test_a_clock_set_back_accepts_nothing_until_it_has_caught_up():
    secret, now = new_secret(), datetime(2026, 11, 26, tzinfo=UTC)
    last = int(now.timestamp()) // STEP_S
    back = now - timedelta(hours=1)
    assert step_of(secret, pyotp.TOTP(secret).at(back), back, last) is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("123 456", "123456"), ("\u00a0123\u202f456\n", "123456"), ("\u0661\u0662\u0663\u06f4\u06f5\u06f6", "123456"),
     ("\uff11\uff12\uff13456", "123456"), ("12345\u00b2", "12345\u00b2"), ("", "")],
)  # fmt: skip
def test_digits_of_every_script_are_read_and_nothing_else_is_a_digit(typed, plain):
    assert plain_code(typed) == plain


@pytest.mark.parametrize("text", ["x", "otpauth://totp/a:b?secret=" + "A" * 32 + "&issuer=a", "\u4f60" * 60])
def test_a_picture_has_the_dark_modules_and_no_others(text):
    drawn = draw(text)
    dark = set()
    for x, y, n, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", drawn.path):
        assert n == back
        dark |= {(int(x) + k, int(y)) for k in range(int(n))}
    rows = list(segno.make_qr(text, error="m").matrix_iter(border=4))
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert all(4 <= x < drawn.modules - 4 and 4 <= y < drawn.modules - 4 for x, y in dark), "the quiet zone"
