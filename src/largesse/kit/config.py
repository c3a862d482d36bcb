"""Settings: one frozen struct, read once from the environment (`LARGESSE_…`) and an optional TOML file.

The environment wins over the file. Every setting has its unit in its name, a sentence, and a bound where
it is a number.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

PREFIX = "LARGESSE_"
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class BadSettings(SystemExit):
    """A setting that cannot be used; the program ends with a sentence that names it."""


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that an operator can set. `largesse config` prints it."""

    data_dir: Annotated[str, _about("folder of the embedded servers, keys and uploads")] = ".largesse"
    database_url: Annotated[str, _about("PostgreSQL 16+ to use; empty: the embedded one")] = ""
    nats_url: Annotated[str, _about("NATS to use; empty: the embedded one")] = ""
    http_host: Annotated[str, _about("address to listen on")] = "127.0.0.1"
    http_port: Annotated[Port, _about("port to listen on")] = 8700
    public_url: Annotated[str, _about("origin that browsers use; empty: http://host:port")] = ""
    region_default: Annotated[
        str, msgspec.Meta(pattern="^[A-Z]{2}$"), _about("country whose prices hold where a country has none of its own")
    ] = "US"
    sandbox: Annotated[bool, _about("1 allows the sandbox provider and rail, and immediate policies")] = False
    api_processes: Annotated[int, msgspec.Meta(ge=1, le=64), _about("api processes of `serve`")] = 1
    database_pool_max: Annotated[int, msgspec.Meta(ge=2, le=200), _about("connections a process")] = 8
    mail_url: Annotated[str, _about("`console:` or `smtp://user:password@host:port`")] = "console:"
    mail_from: Annotated[str, _about("sender of the service's mail")] = "largesse@localhost"
    log_level: Annotated[str, _about("debug, info, warning or error")] = "info"
    session_days: Annotated[int, msgspec.Meta(ge=1, le=365), _about("a session's life")] = 30
    body_bytes_max: Annotated[Positive, _about("largest request body")] = 1_000_000
    sign_ups_per_hour: Annotated[Positive, _about("sign-ups an address and hour")] = 200
    sign_ins_per_minute: Annotated[Positive, _about("sign-ins an address and minute")] = 30
    sign_in_failures_max: Annotated[Positive, _about("failed sign-ins an account and 15 minutes")] = 10
    gifts_per_second: Annotated[Positive, _about("gifts an account and second")] = 100
    comments_per_second: Annotated[Positive, _about("comments an account and second")] = 1
    queue_gifts_max: Annotated[Positive, _about("gifts waiting in one process before 503")] = 20_000
    batch_gifts_max: Annotated[int, msgspec.Meta(ge=1, le=1000), _about("gifts settled together")] = 1000
    linger_us: Annotated[int, msgspec.Meta(ge=0, le=50_000), _about("wait of an idle committer")] = 1000
    sockets_max: Annotated[Positive, _about("open sockets a process")] = 20_000
    checkpoint_seconds: Annotated[Positive, _about("time between signed checkpoints")] = 60

    def limit(self, n: int) -> int:
        """A request limit as it applies here: a hundredfold in a sandbox."""
        return n * 100 if self.sandbox else n

    @property
    def origin(self) -> str:
        """The origin that browsers use."""
        return self.public_url.rstrip("/") or f"http://{self.http_host}:{self.http_port}"

    @property
    def data_path(self) -> Path:
        """The data directory, absolute."""
        return Path(self.data_dir).expanduser().absolute()


def load(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Read the settings, or end the program with a sentence that names the bad one."""
    env = os.environ if environ is None else environ
    path = file or Path(env.get(PREFIX + "CONFIG", "largesse.toml"))
    values: dict[str, Any] = {}
    if path.is_file():
        try:
            values |= tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings(f"largesse: {path} is not TOML: {error}") from error
    for name in get_type_hints(Settings):
        text = env.get(PREFIX + name.upper())
        if text is not None:
            values[name] = text
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSettings(f"largesse: bad setting: {error} (environment {PREFIX}… or {path})") from error


def describe(settings: Settings) -> list[dict[str, Any]]:
    """Each setting with its name in the environment, its value and its sentence; passwords in URLs are masked."""
    about = {
        field.name: next((m.description for m in _metas(field.type) if m.description), "")
        for field in msgspec.structs.fields(Settings)
    }
    return [
        {"name": PREFIX + name.upper(), "value": _masked(getattr(settings, name)), "about": sentence}
        for name, sentence in about.items()
    ]


def _metas(annotation: Any) -> list[Any]:
    return [m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, msgspec.Meta)]


def _masked(value: Any) -> Any:
    if isinstance(value, str) and "://" in value and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return value
