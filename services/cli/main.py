"""The `onestop` command.

Each command imports what it needs when it runs: the services and their libraries take seconds,
which `onestop token` or a mistyped option should not wait for.
"""

import json
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import console, loading, merge, plan, proving, rules, stuck
from services.cli.console import explained
from services.cli.options import (
    DEFAULT_PORT,
    Benchmark,
    Data,
    HttpPort,
    Json,
    Name,
    TokenFile,
    Url,
    factor_of,
)
from services.cli.registry import BY_NAME, DATABASE, ENTRIES
from shared.auth.principal import Role

if TYPE_CHECKING:
    from services.cli.replay import Figures

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Joint border inspection: one filing, one slot, one unpacking, one record.",
)
app.add_typer(stuck.app, name="stuck")
app.add_typer(rules.app, name="rules")
app.command()(merge.merge)
app.command()(plan.plan)
app.command()(proving.verify)
app.command()(proving.sign)
app.command()(proving.archive)


@app.command()
def up(
    data: Data,
    host: Annotated[str, typer.Option(help="address to serve on")] = "127.0.0.1",
    port: HttpPort = DEFAULT_PORT,
    pg_port: Annotated[int | None, typer.Option(min=1, max=65535, help="PostgreSQL's port")] = None,
    nats_port: Annotated[int | None, typer.Option(min=1, max=65535, help="NATS' port")] = None,
    clock: Annotated[str | None, typer.Option(help="speed of the yards' clock: 600x")] = None,
) -> None:
    """Run everything on this machine, with a PostgreSQL and a NATS of its own."""
    with loading.for_good():
        from services.cli import configuration, embedded
        from shared.telemetry import logs

        for entry in ENTRIES:
            entry.load()
    factor = factor_of(clock)
    logs.configure(configuration.system().log_level, json=not sys.stderr.isatty())
    with explained():
        embedded.up(data, host=host, port=port, pg_port=pg_port, nats_port=nats_port, factor=factor)


@app.command()
def serve(
    service: Name,
    host: Annotated[str, typer.Option(help="address to serve on")] = "127.0.0.1",
    port: HttpPort = DEFAULT_PORT,
) -> None:
    """Run one service against the servers that the environment names."""
    with loading.for_good():
        from services.cli import configuration, standalone
        from shared.telemetry import logs

        BY_NAME[service.value].load()
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
    from services.cli import tokens

    made = tokens.make(role, data=data, org=org, agency=agency, subject=subject, hours=hours)
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
    from services.cli import instance
    from services.cli import replay as replaying

    rows = replaying.read(csv, limit=limit)
    with instance.found(data, url=url, token_file=token_file, factor=factor_of(clock)) as where:
        figures = replaying.run(where, rows, seed=seed)
    console.report(figures, as_json=as_json)
    _exit_if_unfinished(figures)


def _exit_if_unfinished(figures: "Figures") -> None:
    if figures["open"] or figures["events_pending"] or figures["dead_letters"]:
        raise typer.Exit(1)


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option("--data", help="data folder; one for the while unless told")
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    clock: Annotated[str, typer.Option(help="the yards' clock, if we start the system")] = "1200x",
    *,
    as_json: Json = False,
) -> None:
    """Take a handful of consignments through every mode, and tell each step."""
    from services.cli import instance
    from services.cli import replay as replaying
    from services.cli.demo import ROWS

    rows = replaying.read(ROWS, limit=None)
    with ExitStack() as stack:
        folder_ = data or stack.enter_context(instance.scratch())
        where = stack.enter_context(
            instance.found(folder_, url=url, token_file=token_file, factor=factor_of(clock))
        )
        figures = replaying.run(where, rows, seed=1, told=True)
    console.report(figures, as_json=as_json)
    _exit_if_unfinished(figures)


@app.command()
def bench(
    name: Benchmark,
    instances: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="optimizer, online: a folder of instances"),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.01, help="optimizer: time for each instance")
    ] = plan.SECONDS,
    records: Annotated[
        int, typer.Option(min=1, help="verify: so many records at least are made")
    ] = 1_000_000,
    *,
    as_json: Json = False,
) -> None:
    """Measure on an instance of its own, as ratios against a floor measured in the same run."""
    from services.cli import benching

    if name is Benchmark.OPTIMIZER:
        from services.cli.benching import optimizer

        console.report(optimizer.run(instances, seconds), as_json=as_json)
        return
    if name is Benchmark.ONLINE:
        from services.cli.benching import online

        console.report(online.run(instances), as_json=as_json)
        return
    if name is Benchmark.VERIFY:
        from services.cli.benching import chains

        console.report(chains.run(records=records), as_json=as_json)
        return
    console.report(benching.BENCHMARKS[name.value](), as_json=as_json)


@app.command()
def dictionary(
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="a day; the reform's unless told")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Print the merged declaration's items, and what became of those of the two old forms."""
    from services.cli import dictionary as dictionaries

    day = dictionaries.REFORM if at is None else at.date()
    if as_json:
        console.result(dictionaries.document(day))
        return
    for line in dictionaries.lines(day):
        console.tell(line)


@app.command()
def openapi(service: Name) -> None:
    """Print a service's OpenAPI document."""
    from services.cli import contracts

    typer.echo(json.dumps(contracts.openapi(service.value), ensure_ascii=False, indent=2))


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of all events."""
    from services.cli import contracts

    typer.echo(json.dumps(contracts.asyncapi(), ensure_ascii=False, indent=2))


@app.command(name="provision")
def provision_(
    admin_url: Annotated[str, typer.Option(envvar="ONESTOP_ADMIN_URL", help="a superuser's URL")],
    passwords: Annotated[Path, typer.Option(help="JSON: service name -> its role's password")],
    database: Annotated[str, typer.Option(help="the database to make")] = DATABASE,
) -> None:
    """Make the database, and a role and a schema for each service, on a named PostgreSQL."""
    from services.cli import provisioning

    provisioning.run(admin_url, database=database, passwords=passwords)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
