"""`onestop rules`: decision tables as files, so that they are reviewed like code."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import console
from services.cli.options import Data, Json, TokenFile, Url

app = typer.Typer(no_args_is_help=True, help="Check and try decision tables that are files.")

Folder = Annotated[
    Path | None,
    typer.Argument(
        exists=True, file_okay=False, help="a folder of tables, NAME.toml; the founding ones"
    ),
]


@app.command()
def check(folder: Folder = None, *, as_json: Json = False) -> None:
    """Tell all that is wrong with the tables: row, column and mend."""
    from services.cli import ruling

    found = ruling.checked(folder)
    _tell(found, counted="rules", wrong="errors", as_json=as_json)


@app.command("test")
def try_examples(folder: Folder = None, *, as_json: Json = False) -> None:
    """Decide the tables' own examples."""
    from services.cli import ruling

    found = ruling.tested(folder)
    _tell(found, counted="examples", wrong="failed", as_json=as_json)


@app.command()
def inputs(*, as_json: Json = False) -> None:
    """List what tables may ask about: each input's kind, values and meaning."""
    from services.cli import ruling

    found = ruling.inputs()
    if as_json:
        console.result({"inputs": found})
        return
    for each in found:
        values = f" ({', '.join(each['values'])})" if each["values"] else ""
        console.tell(f"{each['name']:22} {each['kind']:7} {each['zh']} / {each['en']}{values}")


@app.command()
def backtest(
    draft: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="a table that is a file, NAME.toml")
    ],
    data: Data,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Replay a system's stored filings and their findings under a draft.

    A draft of exactly this content can then be published.
    """
    from services.cli import backtesting, instance

    with instance.found(data, url=url, token_file=token_file, factor=None) as where:
        found = backtesting.run(where, draft)
    if found is None:
        raise typer.Exit(1)
    if as_json:
        console.result(found)
        return
    for line in backtesting.lines(found):
        console.tell(line)


@app.command()
def risk(
    fit: Annotated[Path, typer.Option(help="inspected rows that the rates are learnt from")],
    judge: Annotated[Path, typer.Option(help="later inspected rows that the rates are tried on")],
    *,
    as_json: Json = False,
) -> None:
    """Tell what is missed if companies or goods of the lowest rates of findings are spared.

    The files are of the Customs Import Declaration Datasets.
    """
    from services.cli import replay, risking

    told = risking.figures(replay.read(fit, limit=None), replay.read(judge, limit=None))
    if as_json:
        console.result(told)
        return
    for line in risking.lines(told):
        console.tell(line)


def _tell(found: dict[str, Any], *, counted: str, wrong: str, as_json: bool) -> None:
    """Tell what is wrong and how many there were; leave with 1 if anything is."""
    from services.cli import ruling

    if as_json:
        console.result(found)
    else:
        for line in ruling.lines(found[wrong]):
            console.tell(line)
        console.tell(f"{found[counted]} {counted}, {len(found[wrong])} {wrong}")
    if found[wrong]:
        raise typer.Exit(1)
