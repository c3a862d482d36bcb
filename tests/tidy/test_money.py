"""No float near money: neither in the rooms that count it, nor in a column."""

import ast
import re
from collections.abc import Iterator

from tree import ROOMS, name_of, parsed, sources, text

ROOMS_OF_MONEY = ("ledger", "gifting", "payments", "payouts", "policy", "catalog")
FLOAT_SQL = re.compile(r"\b(real|float[48]?|double precision)\b", re.IGNORECASE)
# Lengths and moments of time may be fractions of a second: what names one is not about money.
TIME = re.compile(
    r"(^|_)(s|ms|us|seconds|at|until)(_min|_max)?$|^(sleep|timeout|time|monotonic|perf_counter)$", re.IGNORECASE
)
EXACT = {"Decimal", "Fraction"}  # division of these loses nothing
DIVISION = "a division that does not stay whole"
PATH = re.compile(r"(folder|path|file|dir)$", re.IGNORECASE)


def floats(tree: ast.Module) -> list[str]:
    """Where a module makes or names a float, as `line: what`; statements about lengths of time are left out."""
    return [f"{node.lineno}: {what}" for statement in _statements(tree) for node, what in _floats(statement)]


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The smallest statements; of a compound one its own parts, such as a condition or an argument with its default."""
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
            if not TIME.search(below.name):
                yield from _arguments(below.args)
                if below.returns and "seconds" not in (ast.get_docstring(below) or ""):
                    yield below.returns
                yield from _statements(ast.Module(below.body, []))
        elif hasattr(below, "body") and isinstance(below, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _statements(below)
        else:
            yield below


def _arguments(node: ast.arguments) -> Iterator[ast.AST]:
    """Each argument with its default."""
    named = [*node.posonlyargs, *node.args]
    bare = len(named) - len(node.defaults)
    yield from named[:bare]
    for argument, default in zip([*named[bare:], *node.kwonlyargs], [*node.defaults, *node.kw_defaults], strict=True):
        yield ast.Tuple([argument, default] if default else [argument])


def _floats(statement: ast.AST) -> list[tuple[ast.AST, str]]:
    nodes = list(ast.walk(statement))
    names = {name for node in nodes for name in _names(node)}
    if any(TIME.search(name) for name in names):
        return []
    exact = bool(names & EXACT) or any(PATH.search(name) for name in names)
    return [(node, what) for node in nodes if (what := _float(node)) and not (exact and what == DIVISION)]


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return [name]
        case ast.Constant(value=str(name)):
            return [name]
    return []


def _float(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=float()):
            return f"the float {node.value}"
        case ast.Name(id="float"):
            return "float"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return DIVISION
    return ""


def test_rooms_that_count_money_know_no_float():
    watched = [*sources(*(f"src/largesse/{room}/" for room in ROOMS_OF_MONEY)), ROOMS / "kit" / "money.py"]
    assert {name_of(path): found for path in watched if (found := floats(parsed(path)))} == {}


def test_no_column_or_statement_is_a_float():
    watched = [
        *sources("migrations/", suffix=".sql"),
        *sources(*(f"src/largesse/{r}/" for r in ROOMS_OF_MONEY), suffix=".sql"),
    ]
    found = [
        f"{name_of(path)}: {line.strip()}"
        for path in watched
        for line in text(path).splitlines()
        if FLOAT_SQL.search(line.partition("--")[0]) and not re.search(r"_s\b|seconds", line)
    ]
    assert found == []
    assert FLOAT_SQL.search("price double precision NOT NULL")


def test_a_float_near_money_is_seen():
    for planted in (
        "fee = gross * 0.015",
        "share = coins / 100",
        "def fee(gross: float) -> int:\n    return int(gross)",
        "def fee(gross: int, rate=0.1) -> int:\n    return gross",
        "class Quote:\n    rate: float\n",
        "if coins > 1.5:\n    pass",
        "def share(coins: int) -> float:\n    return coins",
        "total /= 2",
    ):
        assert floats(ast.parse(planted)), planted
    for harmless in (
        "wait_s = 0.5",
        "folder / 'keys'",
        "def sign(apart_s: float = 1.0): ...",
        "def id_seconds(id: bytes) -> float:\n    return id[0] / 1000",
        "half = coins // 2",
        "net = Decimal(gross) * BPS / (BPS + rate)",
    ):
        assert floats(ast.parse(harmless)) == [], harmless
