"""A room is entered by its face: `from largesse import ledger`, never by its store."""

import ast
from pathlib import Path

from tree import ROOMS, name_of, parsed, sources

# kit has no business words and no face: its modules are entered by name. main puts rooms together from these.
OPEN = {"kit"}
PARTS_FOR_MAIN = ("routes", "routes_", "jobs", "service")


def insides(room: str) -> set[str]:
    """The modules of a room that its face does not offer."""
    names = {p.stem for p in (ROOMS / room).glob("*.py")} - {"__init__"}
    face = ROOMS / room / "__init__.py"
    return names - (offered(parsed(face)) if face.exists() else set())


def offered(face: ast.Module) -> set[str]:
    for node in face.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def entered(tree: ast.Module, room: str) -> list[tuple[str, str]]:
    """(room, module) of each inside of another room that a module of `room` reaches into."""
    names = [module for node in ast.walk(tree) for module in _imported(node)]
    pairs = [tuple(name.split(".")[1:3]) for name in names if name.startswith("largesse.") and name.count(".") > 1]
    faces = {a.asname or a.name: a.name for n in ast.walk(tree) if _is_from_largesse(n) for a in n.names}
    pairs += [
        (faces[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in faces
    ]
    return sorted({(r, m) for r, m in pairs if r != room and r not in OPEN and m in insides(r)})


def _is_from_largesse(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "largesse"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
    return []


def room_of(path: Path) -> str:
    return path.relative_to(ROOMS).parts[0]


def allowed(room: str, module: str) -> bool:
    return room == "main" and module.startswith(PARTS_FOR_MAIN)


def test_rooms_are_entered_by_their_faces():
    found = {
        name_of(path): bad
        for path in sources("src/largesse/")
        if (bad := [f"{r}.{m}" for r, m in entered(parsed(path), room_of(path)) if not allowed(room_of(path), m)])
    }
    assert found == {}


def test_a_back_door_is_seen():
    for planted in (
        "from largesse.ledger.journal import Journal",
        "import largesse.ledger.journal",
        "from largesse.ledger import journal",
        "from largesse import ledger\nledger.journal.Journal",
    ):
        assert entered(ast.parse(planted), "gifting") == [("ledger", "journal")]
        assert entered(ast.parse(planted), "ledger") == []
    assert entered(ast.parse("from largesse import ledger\nledger.Journal"), "gifting") == []
