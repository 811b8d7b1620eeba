"""The `onestop` command."""

import json
import re
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli import (
    benching,
    configuration,
    console,
    contracts,
    embedded,
    instance,
    people,
    provisioning,
    standalone,
)
from services.cli import replay as replaying
from services.cli import verify as verifying
from services.cli.console import explained, fail
from services.cli.demo import ROWS as DEMO_ROWS
from shared.auth.issuer import Issuer
from shared.auth.principal import Role
from shared.embedded import folder
from shared.embedded.clock import FASTEST
from shared.errors import Refused
from shared.telemetry import logs

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Joint border inspection: one filing, one slot, one unpacking, one record.",
)

DEMO_SPEED = Decimal(1200)


class Name(StrEnum):
    """The services, as an argument."""

    DECLARATION = "declaration"
    MUTUAL_RECOGNITION = "mutual_recognition"
    BOOKING = "booking"
    INSPECTION = "inspection"


class Benchmark(StrEnum):
    """The benchmarks, as an argument."""

    FILING = "filing"


Url = Annotated[str | None, typer.Option("--url", help="a remote system")]
TokenFile = Annotated[Path | None, typer.Option("--token-file", help="JSON: person -> token")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object as the last line")]
HttpPort = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="HTTP port, 0 for a free one")
]
Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="ONESTOP_DATA", help="data folder", default_factory=folder.default
    ),
]


def factor_of(text: str | None) -> Decimal | None:
    """`600x` or `600` as a Decimal; leaves with a message for anything else."""
    if text is None:
        return None
    written = re.fullmatch(r"([0-9]{1,6}(\.[0-9]{1,3})?)x?", text)
    if written is None or not 1 <= Decimal(written[1]) <= FASTEST:
        fail(
            f"--clock {text}: not a speed.",
            chinese=f"--clock {text}：不是有效的倍速。",
            mend=f"write a number from 1 to {FASTEST}, such as 600x.",
            mend_zh=f"请写 1 到 {FASTEST} 之间的数，如 600x。",
        )
    return Decimal(written[1])


@app.command()
def up(
    data: Data,
    host: Annotated[str, typer.Option(help="address to serve on")] = "127.0.0.1",
    port: HttpPort = embedded.DEFAULT_PORT,
    pg_port: Annotated[int | None, typer.Option(min=1, max=65535, help="PostgreSQL's port")] = None,
    nats_port: Annotated[int | None, typer.Option(min=1, max=65535, help="NATS' port")] = None,
    clock: Annotated[str | None, typer.Option(help="speed of the yards' clock: 600x")] = None,
) -> None:
    """Run everything on this machine, with a PostgreSQL and a NATS of its own."""
    factor = factor_of(clock)
    logs.configure(configuration.system().log_level, json=not sys.stderr.isatty())
    with explained():
        embedded.up(data, host=host, port=port, pg_port=pg_port, nats_port=nats_port, factor=factor)


@app.command()
def serve(
    service: Name,
    host: Annotated[str, typer.Option(help="address to serve on")] = "127.0.0.1",
    port: HttpPort = embedded.DEFAULT_PORT,
) -> None:
    """Run one service against the servers that the environment names."""
    logs.configure(configuration.system().log_level, json=not sys.stderr.isatty())
    standalone.serve(service.value, host=host, port=port)


@app.command()
def token(
    role: Role,
    data: Data,
    org: Annotated[str | None, typer.Option(help="social credit code or yard code")] = None,
    agency: Annotated[str | None, typer.Option(help="customs or quarantine")] = None,
    subject: Annotated[str | None, typer.Option(help="who it is")] = None,
    hours: Annotated[int, typer.Option(min=1, max=8760, help="how long it is valid")] = 12,
) -> None:
    """Print a token of the embedded instance that uses the data folder."""
    defaults = {kind: (home, of) for kind, home, of in people.PEOPLE.values() if of is None}
    home, _ = defaults.get(role, (agency or "", None))
    try:
        made = Issuer.open(data, embedded=True).mint(
            role,
            organisation=org or home,
            agency=agency,
            subject=subject or f"demo-{role.value}",
            now=datetime.now(UTC),
            lifetime=timedelta(hours=hours),
        )
    except (ValueError, OSError, Refused) as error:
        fail(
            f"no token can be issued: {error}",
            chinese=f"无法签发令牌：{error}",
            mend="officers and supervisors need --agency; see `onestop token --help`.",
            mend_zh="查验员和主管须指定 --agency；参见 `onestop token --help`。",
        )
    typer.echo(made)


@app.command()
def replay(
    csv: Annotated[Path, typer.Argument(help="a Customs Import Declaration Dataset file")],
    data: Data,
    url: Url = None,
    token_file: TokenFile = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only the first rows")] = None,
    seed: Annotated[int, typer.Option(help="what rows do not give is drawn from it")] = 1,
    clock: Annotated[str, typer.Option(help="the yards' clock, if we start the system")] = "600x",
    *,
    as_json: Json = False,
) -> None:
    """File each row as a merged filing and drive it to its end, through the public API."""
    rows = replaying.read(csv, limit=limit)
    with instance.found(data, url=url, token_file=token_file, factor=factor_of(clock)) as where:
        figures = replaying.run(where, rows, seed=seed)
    console.report(figures, as_json=as_json)
    _exit_if_unfinished(figures)


def _exit_if_unfinished(figures: replaying.Figures) -> None:
    if figures["open"] or figures["events_pending"] or figures["dead_letters"]:
        raise typer.Exit(1)


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option("--data", help="data folder; one for the while unless told")
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Take a handful of consignments through every mode, and tell each step."""
    rows = replaying.read(DEMO_ROWS, limit=None)
    with ExitStack() as stack:
        folder_ = data or stack.enter_context(instance.scratch())
        where = stack.enter_context(
            instance.found(folder_, url=url, token_file=token_file, factor=DEMO_SPEED)
        )
        figures = replaying.run(where, rows, seed=1, told=True)
    console.report(figures, as_json=as_json)
    _exit_if_unfinished(figures)


@app.command()
def bench(name: Benchmark, *, as_json: Json = False) -> None:
    """Measure on an instance of its own, as ratios against a floor measured in the same run."""
    console.report(benching.BENCHMARKS[name.value](), as_json=as_json)


@app.command()
def verify(
    data: Data, url: Url = None, token_file: TokenFile = None, *, as_json: Json = False
) -> None:
    """Check the audit chains and every invariant of a system."""
    with instance.found(data, url=url, token_file=token_file, factor=None) as where:
        figures = verifying.run(where)
    console.report(figures, as_json=as_json)
    if figures["invariants_broken"] or not figures["chains_ok"] or figures["dead_letters"]:
        raise typer.Exit(1)


@app.command()
def openapi(service: Name) -> None:
    """Print a service's OpenAPI document."""
    typer.echo(json.dumps(contracts.openapi(service.value), ensure_ascii=False, indent=2))


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of all events."""
    typer.echo(json.dumps(contracts.asyncapi(), ensure_ascii=False, indent=2))


@app.command(name="provision")
def provision_(
    admin_url: Annotated[str, typer.Option(envvar="ONESTOP_ADMIN_URL", help="a superuser's URL")],
    passwords: Annotated[Path, typer.Option(help="JSON: service name -> its role's password")],
    database: Annotated[str, typer.Option(help="the database to make")] = embedded.DATABASE,
) -> None:
    """Make the database, and a role and a schema for each service, on a named PostgreSQL."""
    provisioning.run(admin_url, database=database, passwords=passwords)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
