"""`onestop stuck`: which events are stuck, and what to do about them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import console
from services.cli.options import Data, Json, Name, TokenFile, Url

if TYPE_CHECKING:
    from services.cli.replaying.client import Api

Work = Callable[["Api"], Awaitable[dict[str, Any]]]

app = typer.Typer(no_args_is_help=False, help="See and mend events that are stuck.")

Service = Annotated[Name, typer.Argument(help="the service that it is stuck in")]
Letter = Annotated[str, typer.Argument(help="the dead letter's id")]
Why = Annotated[str, typer.Option("--reason", help="why; it is recorded with who and when")]
ALL = "all"


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    data: Data,
    service: Annotated[Name | None, typer.Option(help="this one alone")] = None,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """List what waits, lags, is parked or is a dead letter."""
    if context.invoked_subcommand is not None:
        return
    from services.cli import operating

    services = [service.value] if service else list(operating.PREFIXES)
    found = _done(data, url, token_file, lambda api: operating.listed(api, services))
    if as_json:
        console.result(found)
        return
    for line in operating.lines(found):
        console.tell(line)
    console.tell(f"{found['stuck']} stuck" if found["stuck"] else "nothing is stuck")


def _done(data: Path, url: str | None, token_file: Path | None, work: Work) -> dict[str, Any]:
    """What is answered; leaves with code 1 where it is refused."""
    from services.cli import instance, operating

    with instance.found(data, url=url, token_file=token_file, factor=None) as where:
        answer = operating.run(where, work)
    if answer is None:
        raise typer.Exit(1)
    return answer


@app.command()
def show(
    service: Service,
    letter: Letter,
    data: Data,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a dead letter with its payload, which holds what was declared."""
    from services.cli import operating

    found = _done(data, url, token_file, lambda api: operating.shown(api, service.value, letter))
    console.report(found, as_json=as_json)


def _act(name: str, help_: str, address: Callable[[str], tuple[str, ...]]) -> None:
    """A command that does something to one thing of one service, for a reason."""

    def command(
        service: Service,
        what: Annotated[str, typer.Argument(help="its id")],
        reason: Why,
        data: Data,
        url: Url = None,
        token_file: TokenFile = None,
        *,
        as_json: Json = False,
    ) -> None:
        from services.cli import operating

        at = operating.path(service.value, *address(what))
        done = _done(data, url, token_file, lambda api: operating.acted(api, at, reason=reason))
        console.report(done, as_json=as_json)

    app.command(name, help=help_)(command)


_act(
    "what-if",
    "Apply a dead letter and take that back: what would a redrive come to?",
    lambda what: ("dead-letters", what, "what-if"),
)
_act(
    "redrive",
    "Apply a dead letter again, or `all` of them (the oldest 100), after the cause is mended.",
    lambda what: ("dead-letters", *([] if what == ALL else [what]), "redrive"),
)
_act(
    "drop",
    "Give a dead letter up; its aggregate's later events go on.",
    lambda what: ("dead-letters", what, "drop"),
)
_act(
    "unpark",
    "Let the events of a parked aggregate be published again.",
    lambda what: ("outbox", what, "unpark"),
)


@app.command()
def acts(
    service: Service,
    data: Data,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what operators did: when, who, what, why, and what came of it."""
    from services.cli import operating

    found = _done(data, url, token_file, lambda api: operating.acts(api, service.value))
    if as_json:
        console.result(found)
        return
    for each in found["acts"]:
        console.tell(
            f"{each['at']} {each['by']} {each['act']} {each['subject']}: {each['result']} "
            f"({each['reason']})"
        )
