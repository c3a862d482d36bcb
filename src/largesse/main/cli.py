"""The command line. Each command ends with 0, or with a clear message and another status."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from largesse import __version__
from largesse.kit import config, embedded
from largesse.kit.config import Settings
from largesse.kit.log import set_up

T = TypeVar("T")
_ROLES = ("api", "worker", "media", "gateway", "all")


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Largesse: live gifting with books that anyone can check.

    Settings come from LARGESSE_… and largesse.toml: `largesse config` prints them.
    """


def settings_of() -> Settings:
    """The settings, with logs set up."""
    settings = config.load()
    set_up(settings.log_level)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine; a refusal ends the program with its sentence, Ctrl-C quietly."""
    try:
        return asyncio.run(work)
    except embedded.EmbeddedRefused as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@asynccontextmanager
async def world(settings: Settings) -> AsyncIterator[Settings]:
    """The settings with the running database's address; where none runs it is started for the length of the block."""
    from largesse.main.prepare import prepare  # noqa: PLC0415 - commands load what they need
    from largesse.main.serve import with_servers  # noqa: PLC0415

    async with embedded.found_or_running(settings) as servers:
        found = with_servers(settings, servers)
        if embedded.find_running(settings) is None or settings.database_url:
            await prepare(found)
        yield found


def stop_at_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@main.command()
@click.option("--role", type=click.Choice(_ROLES), default="all", help="one kind of process, for a fleet")
def serve(role: str) -> None:
    """Run the service: servers (unless given), api processes, a worker."""
    from largesse.main import serve as serving  # noqa: PLC0415 - commands load what they need

    settings = settings_of()

    async def work() -> None:
        stop = stop_at_signals()
        if role == "all":
            await serving.serve(settings, lambda s: click.echo(f"Largesse is ready: {s.origin}"), stop)
        else:
            await serving.serve_role(settings, role if role in {"worker", "media"} else "api", stop)

    run(work())


@main.command()
@click.option("--viewers", default=24, show_default=True, help="simulated viewers", type=click.IntRange(0, 500))
@click.option("--fresh", is_flag=True, help="forget the last demo's world first")
def demo(viewers: int, fresh: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Run a sandbox with people, a running LIVE and a simulated crowd; says where to click. Ctrl-C stops all of it."""
    from largesse.main.demo import run_demo  # noqa: PLC0415 - commands load what they need

    settings = settings_of()

    async def work() -> None:
        await run_demo(settings, viewers=viewers, fresh=fresh, stop=stop_at_signals())

    run(work())


@main.command()
def migrate() -> None:
    """Bring the database to this release's schema."""
    settings = settings_of()

    async def work() -> None:
        from largesse.main.prepare import prepare  # noqa: PLC0415 - commands load what they need
        from largesse.main.serve import with_servers  # noqa: PLC0415

        async with embedded.found_or_running(settings) as servers:
            ran = await prepare(with_servers(settings, servers))
        click.echo("\n".join(f"ran {name}" for name in ran) or "nothing to do")

    run(work())


@main.command(name="config")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def show_config(as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Print every setting with its value and what it is; passwords are masked."""
    described = config.describe(config.load())
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(described)).decode())
        return
    for setting in described:
        click.echo(f"{setting['name']}={setting['value']}\n    {setting['about']}")


@main.group()
def account() -> None:
    """People of the staff."""


@account.command(name="create")
@click.option("--username", required=True)
@click.option("--role", "roles", multiple=True, type=click.Choice(["support", "moderator", "finance", "admin"]))
def create_account(username: str, roles: tuple[str, ...]) -> None:
    """Make an account with roles; the password comes from standard input."""
    settings = settings_of()
    password = click.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    async def work() -> None:
        from largesse.kit.problems import Problem  # noqa: PLC0415 - commands load what they need
        from largesse.main.compose import build, opened  # noqa: PLC0415

        async with world(settings) as found, opened(build(found)) as services:
            try:
                made = await services.accounts.create_operator(username, password, roles)
            except Problem as problem:
                raise SystemExit(f"largesse: {problem.body()['detail']}") from problem
        click.echo(f"made {made.username} ({', '.join(roles) or 'no roles'})")

    run(work())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="for programs")
def audit(as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Prove on the live database that the books hold; ends with 1 where they do not."""
    from largesse.main.books import run_audit  # noqa: PLC0415 - commands load what they need

    settings = settings_of()

    async def work() -> bool:
        async with world(settings) as found:
            return await run_audit(found, as_json=as_json)

    sys.exit(0 if run(work()) else 1)


@main.command()
@click.option("--format", "form", type=click.Choice(["hledger", "beancount", "jsonl"]), required=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="standard output by default")
def export(form: str, output: Path | None) -> None:
    """Write the whole journal for another program to read."""
    from largesse.main.books import run_export  # noqa: PLC0415 - commands load what they need

    settings = settings_of()

    async def work() -> None:
        async with world(settings) as found:
            await run_export(found, form, output)

    run(work())


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--keys", type=click.Path(path_type=Path, exists=True), help="a saved /.well-known/largesse-keys.json")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def verify(file: Path, keys: Path | None, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Check the proof of a gift without asking anybody; ends with 1 where it does not hold."""
    from largesse.main.books import run_verify  # noqa: PLC0415 - commands load what they need

    sys.exit(0 if run_verify(file, keys, as_json=as_json) else 1)


@main.command()
@click.option("--seconds", default=10, show_default=True, type=click.IntRange(1, 3_600))
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="as LARGESSE_API_PROCESSES")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def bench(seconds: int, processes: int, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Measure on a throw-away data directory how many gifts a second this machine settles, and how long one takes."""
    from largesse.main.bench import run_bench  # noqa: PLC0415 - commands load what they need

    sys.exit(0 if run(run_bench(seconds=seconds, processes=processes, as_json=as_json)) else 1)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="for programs")
def backup(folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Write the database of this moment, and the secrets of its books, to a new FOLDER; the service may run."""
    from largesse.main.backup import run_backup  # noqa: PLC0415 - commands load what they need

    made = run(run_backup(settings_of(), folder))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(made)).decode())
        return
    click.echo(f"backed up to {folder}: {made.gifts:,} gifts, of {made.made_at:%Y-%m-%d %H:%M:%S} UTC")
    click.echo(
        "It holds the secrets of the books and everybody's personal data: keep it where few can read it.", err=True
    )


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def restore(folder: Path) -> None:
    """Restore a backup into an empty data directory, or the empty database of LARGESSE_DATABASE_URL."""
    from largesse.main.backup import run_restore  # noqa: PLC0415 - commands load what they need

    settings = settings_of()
    made = run(run_restore(settings, folder))
    click.echo(
        f"restored {folder} of {made.made_at:%Y-%m-%d %H:%M:%S} UTC into {settings.data_path}: run `largesse serve`"
    )


@main.command(name="upgrade-database")
@click.option(
    "--old-programs", type=click.Path(path_type=Path, exists=True, file_okay=False), help="PostgreSQL of before"
)
def upgrade_database(old_programs: Path | None) -> None:
    """Bring the embedded database to the PostgreSQL of this release, after its major version changed."""
    from largesse.main.backup import run_upgrade  # noqa: PLC0415 - commands load what they need

    settings = settings_of()
    came_from = run(run_upgrade(settings, old_programs))
    if came_from is None:
        click.echo("nothing to do")
        return
    click.echo(f"upgraded from PostgreSQL {came_from}; its files are kept in {settings.data_path}/postgres-{came_from}")


@main.command()
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(5, 86_400))
@click.option("--seed", default=1, show_default=True, help="replays the same faults")
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.option("--plant", default="", help="plant a bug that torture must catch (test builds)", hidden=True)
def torture(seconds: int, seed: int, as_json: bool, plant: str) -> None:  # noqa: FBT001 - a flag of the command line
    """Flood a throw-away world with gifts while its processes are killed, then compare every acknowledged id."""
    from largesse.main.torture import run_torture  # noqa: PLC0415 - commands load what they need

    sys.exit(0 if run(run_torture(seconds=seconds, seed=seed, as_json=as_json, plant=plant)) else 1)
