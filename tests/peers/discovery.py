"""Judges an HTTP exchange by a Google discovery document: path, method, parameters and bodies, nothing else allowed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import unquote

_JSON: dict[str, type[Any]] = {"string": str, "integer": int, "boolean": bool, "number": float}
_INT64 = {"int64", "uint64"}


@dataclass(frozen=True)
class Call:
    """A request that the document knows: its method's id and all its parameters."""

    id: str
    parameters: dict[str, str]


class Discovery:
    """A document that Google's client ships."""

    def __init__(self, name: str) -> None:
        folder = resources.files("googleapiclient.discovery_cache.documents")
        self._document = json.loads(folder.joinpath(f"{name}.json").read_text("utf-8"))
        self._methods = list(_methods(self._document))

    def read(self, method: str, path: str, query: dict[str, str], body: bytes) -> Call:
        """What a request asks for; raises AssertionError where the document does not allow it."""
        for described in self._methods:
            found = _pattern(described["path"]).fullmatch(path)
            if found is None or described["httpMethod"] != method:
                continue
            inside = {name: unquote(value) for name, value in found.groupdict().items()}
            given = inside | {name: value for name, value in query.items() if name != "alt"}
            assert query.get("alt", "json") == "json"
            known = described.get("parameters", {})
            assert set(given) <= set(known), f"{described['id']} has no {set(given) - set(known)}"
            missing = {name for name, one in known.items() if one.get("required")} - set(given)
            assert not missing, f"{described['id']} needs {missing}"
            for name, value in given.items():
                self._check_text(known[name], value, name)
            if "request" in described:
                self.check(described["request"]["$ref"], json.loads(body))
            else:
                assert not body, f"{described['id']} takes no body"
            return Call(described["id"], given)
        raise AssertionError(f"{method} {path} is not in the document")

    def answered(self, call: Call, content: Any) -> Any:
        """The content, if the document lets this call be answered so."""
        described = next(each for each in self._methods if each["id"] == call.id)
        if "response" in described:
            self.check(described["response"]["$ref"], content)
        else:
            assert content == b"", f"{call.id} answers nothing"
        return content

    def check(self, schema: str, value: Any) -> None:
        """Raise AssertionError where a value is not of a schema."""
        self._check({"$ref": schema}, value, schema)

    def _check(self, shape: dict[str, Any], value: Any, where: str) -> None:
        if "$ref" in shape:
            shape = self._document["schemas"][shape["$ref"]]
        kind = shape.get("type")
        if kind == "object":
            assert isinstance(value, dict), where
            known, others = shape.get("properties", {}), shape.get("additionalProperties")
            for name, inner in value.items():
                assert name in known or others, f"{where} has no {name}"
                self._check(known.get(name, others), inner, f"{where}.{name}")
        elif kind == "array":
            assert isinstance(value, list), where
            for inner in value:
                self._check(shape["items"], inner, f"{where}[]")
        elif kind in _JSON:
            assert type(value) is _JSON[kind], f"{where}: {value!r} is no {kind}"
            if kind == "string":
                self._check_text(shape, value, where)

    @staticmethod
    def _check_text(shape: dict[str, Any], text: str, where: str) -> None:
        if shape.get("type") == "boolean":
            assert text in {"true", "false"}, f"{where}: {text!r}"
        elif shape.get("type") == "integer" or shape.get("format") in _INT64:
            assert re.fullmatch(r"-?\d+", text), f"{where}: {text!r} is no number"
        if "enum" in shape:
            assert text in shape["enum"], f"{where}: {text!r}"


def _methods(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner)


def _pattern(path: str) -> re.Pattern[str]:
    """`a/{b}/c:d` as a pattern; a parameter is one segment."""
    parts = re.split(r"\{\+?(\w+)\}", path)
    text = "".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>[^/:]+)" for n, part in enumerate(parts))
    return re.compile("/" + text)
