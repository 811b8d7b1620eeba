"""`onestop rules`: decision tables as files, so that they are reviewed like code."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli import console
from services.cli.options import Json

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
    if as_json:
        console.result(found)
    else:
        for line in ruling.lines(found["errors"]):
            console.tell(line)
        console.tell(f"{found['rules']} rules, {len(found['errors'])} errors")
    if found["errors"]:
        raise typer.Exit(1)


@app.command("test")
def try_examples(folder: Folder = None, *, as_json: Json = False) -> None:
    """Decide the tables' own examples."""
    from services.cli import ruling

    found = ruling.tested(folder)
    if as_json:
        console.result(found)
    else:
        for line in ruling.lines(found["failed"]):
            console.tell(line)
        console.tell(f"{found['examples']} examples, {len(found['failed'])} failed")
    if found["failed"]:
        raise typer.Exit(1)


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
