"""Modules and functions stay small enough to be read in one sitting."""

import ast

from tree import files, name_of, parsed, sources, text

LINES_MAX = 400
FUNCTION_LINES_MAX = 60
CODE = (".py", ".ts", ".svelte", ".css", ".sql")
WRITTEN_BY_PROGRAMS = ("migrations/", "src/largesse/web/static/")


def too_long(source: str) -> bool:
    return len(source.splitlines()) > LINES_MAX


def long_functions(tree: ast.Module) -> list[str]:
    return [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]


def test_modules_have_at_most_400_lines():
    mine = [p for p in files() if p.suffix in CODE and not name_of(p).startswith(WRITTEN_BY_PROGRAMS)]
    assert len(mine) > 100
    assert [name_of(p) for p in mine if too_long(text(p))] == []
    assert too_long("pass\n" * 401)


def test_functions_have_at_most_60_lines():
    found = {
        name_of(p): long for p in sources("src/", "tests/", "bench/", "tools/") if (long := long_functions(parsed(p)))
    }
    assert found == {}
    assert long_functions(ast.parse("async def planted():\n" + "    pass\n" * 60)) == ["planted: 61 lines"]
