"""JSON files that a command is given, read as strictly as what comes over HTTP."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import BaseModel

from services.cli import console
from shared import errors
from shared.http import body

Model = TypeVar("Model", bound=BaseModel)


def _nothing(_: BaseModel) -> Iterable[errors.Fault]:
    return ()


def read(
    path: Path, model: type[Model], check: Callable[[Model], Iterable[errors.Fault]] = _nothing
) -> Model:
    """A file as its model reads it; `check` finds what is wrong between its parts.

    Leaves with code 2 and every fault, each with its JSON pointer.
    """
    try:
        given = body.parse(model, path.read_bytes())
    except OSError as error:
        console.fail(
            f"{path}: {error.strerror}.",
            chinese=f"无法读取 {path}。",
            mend="Name a file that can be read.",
            mend_zh="请指明可读取的文件。",
        )
    except errors.Refused as refused:
        _refuse(path, refused)
    if wrong := [*check(given)]:
        _refuse(path, errors.Faults(*wrong))
    return given


def _refuse(path: Path, refused: errors.Refused) -> NoReturn:
    faults = refused.faults if isinstance(refused, errors.Faults) else ()
    told = "".join(f"\n  {each.pointer or '/'}: {each.en} {each.zh}" for each in faults)
    console.fail(
        f"{path}: {refused.en}{told}",
        chinese=f"{path}：{refused.zh}",
        mend=refused.mend,
        mend_zh=refused.mend_zh,
    )
