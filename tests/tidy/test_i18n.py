"""Every message that a page asks for exists, in every language that the pages speak, whole and translated."""

import json
import posixpath
import re
from collections.abc import Iterator
from functools import cache

from tree import ROOT, name_of, sources, text

FOLDER = ROOT / "web" / "src" / "i18n"
# What every page needs, what the room needs for its sheets, what videos need, what all other pages need, what money
# that goes out needs in the studio, what operators need, what only the server writes.
PARTS = (".", "sheets", "video", "pages", "studio", "office", "server")
# https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
CATEGORIES = {
    "en": ["one", "other"],
    "de": ["one", "other"],
    "es": ["one", "many", "other"],
    "ar": ["zero", "one", "two", "few", "many", "other"],
    "zh": ["other"],
}
COUNTED = {"zero", "one", "two"}  # these can say their number in words
SAME_EVERYWHERE = {
    "office.by.apple", "office.by.google", "office.by.paypal", "office.by.stripe",
    "pay_with.apple", "pay_with.google", "pay_with.paypal", "rail.paypal",
    "out.rate_one", "room.label", "room.live", "title.live",
}  # fmt: skip
SAME = {
    "de": {
        "room.chat", "deck.chat", "deck.likes", "home.count", "summary.curve_likes", "studio.videos", "videos.title",
        "quote.creator", "footer.docs", "title.docs",
        "gift.rose", "gift.donut", "gift.panda", "gift.teddy", "gift.tiger",
    },
    "es": {"room.chat", "deck.chat", "footer.docs", "title.docs", "regions.no"},
    "ar": set[str](),
    "zh": {"footer.docs", "title.docs", "format.number"},
}  # fmt: skip
LITERAL = re.compile(r"""\bt\(\s*(['"])([a-z][\w.-]*)\1""")
PREFIX = re.compile(r"\bt\(\s*`([a-z][\w.-]*)\$\{")
OF_CODES = re.compile(r"""\b(?:tCode|formProblem)\((?:\w+, )?'([a-z_.]+)'""")
UNWORDED = re.compile(r"(?<!worded\()import\('([^']+\.svelte)'\)")  # opened on demand, without its words
STATIC = re.compile(r"""(?:import (?!type )[^'"()]*|export [^'"()]*)from '(\.[^']+)'""")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
CODE = re.compile(
    r"""\bcode: ClassVar\[str\] = "([a-z-]+)"|^\s+\d{3}: "([a-z-]+)",$|"code": "([a-z-]+)",""", re.MULTILINE
)
OF_KEYS = "web/src/i18n/"

Message = str | dict[str, str]


@cache
def words(language: str, part: str) -> dict[str, Message]:
    found: dict[str, Message] = json.loads(text(FOLDER / part / f"{language}.json"))
    return found


def messages(language: str) -> dict[str, Message]:
    return {key: message for part in PARTS for key, message in words(language, part).items()}


def forms(message: Message) -> dict[str, str]:
    return {"": message} if isinstance(message, str) else message


def placeholders(said: str) -> set[str]:
    return set(PLACEHOLDER.findall(said))


def asked_for() -> Iterator[tuple[str, str]]:
    for path in [*sources("web/src/", suffix=".ts"), *sources("web/src/", suffix=".svelte")]:
        if not path.name.endswith(".test.ts"):
            yield name_of(path), text(path)


def unknown(source: str, known: dict[str, Message]) -> list[str]:
    keys = [key for _, key in LITERAL.findall(source) if key not in known]
    return keys + [prefix for prefix in PREFIX.findall(source) if not any(k.startswith(prefix) for k in known)]


def broken(mine: Message, english: Message, categories: list[str]) -> str:
    """What is wrong with a translation, or nothing."""
    if isinstance(mine, str) != isinstance(english, str):
        return "a plural in one and none in the other"
    if isinstance(mine, dict) and sorted(mine) != sorted(categories):
        return f"has {sorted(mine)}, its language needs {sorted(categories)}"
    wanted = placeholders(english if isinstance(english, str) else english["other"])
    for form, said in forms(mine).items():
        given = placeholders(said) | ({"n"} & wanted if form in COUNTED else set())
        if given != wanted:
            return f"{form} has {sorted(given)}, English {sorted(wanted)}"
        if not said.strip():
            return f"{form} says nothing"
    return ""


def test_every_message_asked_for_exists() -> None:
    known = messages("en")
    assert {name: bad for name, source in asked_for() if (bad := unknown(source, known))} == {}
    assert unknown("t('planted.key') t(`planted.${x}`)", known) == ["planted.key", "planted."]


def test_no_message_is_kept_that_nothing_asks_for() -> None:
    source = "".join(source for _, source in asked_for())
    prefixes = {"gift.", *PREFIX.findall(source), *(f"{area}." for area in OF_CODES.findall(source))}
    kept = {
        **words("en", "."),
        **words("en", "sheets"),
        **words("en", "video"),
        **words("en", "pages"),
        **words("en", "studio"),
        **words("en", "office"),
    }
    assert [k for k in kept if f"'{k}'" not in source and not k.startswith(tuple(prefixes))] == []


def test_the_room_asks_for_no_words_that_it_does_not_load() -> None:
    room = ("web/src/room/", "web/src/recharge/", "web/src/ui/", "web/src/engine/", "web/src/pages/live.ts")
    known = words("en", ".")
    sheets = {**known, **words("en", "sheets")}
    inside = {name: source for name, source in asked_for() if name.startswith(room)}
    at_once = loaded_with("web/src/pages/live.ts", inside)
    assert {"web/src/room/Live.svelte", "web/src/room/Screen.svelte"} <= at_once
    assert "web/src/recharge/RechargeSheet.svelte" not in at_once
    wanted = [(name, source, known if name in at_once else sheets) for name, source in inside.items()]
    assert {name: bad for name, source, mine in wanted if (bad := unknown(source, mine))} == {}
    assert UNWORDED.findall("import('./A.svelte') worded(import('./B.svelte'))") == ["./A.svelte"]
    assert STATIC.findall("import A from './A.svelte'; import type { B } from './b'; worded(import('./c'))") == [
        "./A.svelte"
    ]


def loaded_with(name: str, among: dict[str, str]) -> set[str]:
    """A source and those that it imports without asking for the words of sheets."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        name = ahead.pop()
        if name in found or name not in among:
            continue
        found.add(name)
        for path in (*STATIC.findall(among[name]), *UNWORDED.findall(among[name])):
            base = posixpath.normpath(f"{posixpath.dirname(name)}/{path}")
            ahead += [base, f"{base}.ts", f"{base}/index.ts"]
    return found


def test_every_language_is_whole() -> None:
    languages = {path.stem for path in sources(OF_KEYS, suffix=".json")}
    assert languages == set(CATEGORIES)
    for part in PARTS:
        english = words("en", part)
        for tag in languages:
            assert words(tag, part).keys() ^ english.keys() == set(), (tag, part)
            wrong = {k: why for k, m in words(tag, part).items() if (why := broken(m, english[k], CATEGORIES[tag]))}
            assert wrong == {}, (tag, part)
    assert sum(len(words("en", part)) for part in PARTS) == len(messages("en")), "a key stands in two files"


def test_a_translation_that_is_not_whole_is_noticed() -> None:
    english: Message = {"one": "{n} coin of {max}", "other": "{n} coins of {max}"}
    assert not broken({"one": "eine von {max}", "other": "{n} von {max}"}, english, ["one", "other"])
    assert broken({"one": "eine", "other": "{n} von {max}"}, english, ["one", "other"])
    assert broken({"one": "eine von {max}", "other": "viele von {max}"}, english, ["one", "other"])
    assert broken({"other": "{n} von {max}"}, english, ["one", "other"])
    assert broken("{n} von {max}", english, ["one", "other"])
    assert broken("{nn} da", "{n} here", ["other"])


def test_nothing_is_left_in_english() -> None:
    english = messages("en")
    for tag, same in SAME.items():
        assert {key for key, m in messages(tag).items() if m == english[key]} == same | SAME_EVERYWHERE, tag


def test_every_problem_of_the_product_has_words() -> None:
    known = messages("en")
    found = [m for path in sources("src/largesse/", suffix=".py") for m in CODE.findall(text(path))]
    codes = {code for groups in found for code in groups if code}
    assert {"not-enough-coins", "internal", "method-not-allowed", "invalid"} <= codes
    said = {key.partition(".")[2] for key in known if key.startswith(("problem.", "refused."))}
    assert codes - said == set()


NO_WALLET = {
    "setoff", "close", "payout", "paidout", "letgo", "return", "settlement", "mismatch", "allocation", "sendback",
    "diamonds",
}  # fmt: skip


def test_every_movement_of_a_wallet_has_a_name() -> None:
    schema = text(ROOT / "migrations" / "schema.sql")
    found = re.search(r"CONSTRAINT transfer_kind_check CHECK \(\(kind = ANY \(ARRAY\[(.*?)\]", schema)
    assert found
    kinds = set(re.findall(r"'(\w+)'::text", found[1])) - NO_WALLET
    assert {f"wallet.kind.{kind}" for kind in kinds} - messages("en").keys() == set()


def test_every_gift_of_the_house_has_a_name_in_every_language() -> None:
    gifts = json.loads(text(ROOT / "src" / "largesse" / "catalog" / "seed" / "gifts.json"))["gifts"]
    named = {f"gift.{gift['name'].lower().replace(' ', '-')}": gift["name"] for gift in gifts}
    assert {key: m for key, m in words("en", ".").items() if key.startswith("gift.")} == named
