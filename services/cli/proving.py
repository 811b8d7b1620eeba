"""The commands `onestop verify`, `sign` and `archive`; what they do is imported when they run."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import console
from services.cli.options import Data, Json, TokenFile, Url

Pinned = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="of --archive: an agency's public key as you know it, customs=BASE64"
    ),
]


def verify(
    data: Data,
    url: Url = None,
    token_file: TokenFile = None,
    archive: Annotated[
        Path | None, typer.Option(help="check this archive, or a case's file, without any system")
    ] = None,
    key: Pinned = None,
    *,
    as_json: Json = False,
) -> None:
    """Check the audit chains and every invariant of a system, or an archive or a case's file."""
    if archive is not None:
        _verify_archive(archive, key or [], as_json=as_json)
        return
    from services.cli import instance
    from services.cli import verify as verifying

    with instance.found(data, url=url, token_file=token_file, factor=None) as where:
        figures = verifying.run(where)
    console.report(figures, as_json=as_json)
    if figures["invariants_broken"] or not figures["chains_ok"] or figures["dead_letters"]:
        raise typer.Exit(1)


def _verify_archive(path: Path, keys: list[str], *, as_json: bool) -> None:
    from services.cli import archiving, case_files

    pinned: dict[str, tuple[str, ...]] = {}
    for each in keys:
        agency, _, public = each.partition("=")
        pinned[agency] = (*pinned.get(agency, ()), public)
    one = case_files.is_one(path)
    figures = (case_files if one else archiving).verify(path, pinned=pinned)
    console.report(figures, as_json=as_json)
    if not figures["archive_ok"]:
        raise typer.Exit(1)


def sign(
    data: Data,
    agency: Annotated[str, typer.Option(help="whose key signs")],
    key: Annotated[
        Path | None,
        typer.Option(
            help="the agency's private key (PEM), made on first use; in --data unless told"
        ),
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Sign the checkpoints of the tree over all cases with an agency's own key."""
    from services.cli import instance, signing
    from services.cli.replaying.client import Api

    async def run(where: instance.Instance) -> dict[str, Any]:
        token = where.tokens.get(signing.who_of(agency))
        if token is None:
            raise signing.NotSigned(f"there is no token of {signing.who_of(agency)}")
        private = signing.key_of(key or data / "secrets" / f"agency-{agency}.pem")
        async with Api(where.url, where.tokens) as api:
            subject = instance.subject_of(token)
            return await signing.sign(api, agency=agency, subject=subject, key=private)

    with instance.found(data, url=url, token_file=token_file, factor=None) as where:
        try:
            figures = asyncio.run(run(where))
        except signing.NotSigned as refused:
            console.fail(
                f"nothing more was signed: {refused}",
                chinese=f"未再签署：{refused}",
                mend="look at what is named before anything else is signed.",
                mend_zh="请先核查所述问题，再行签署。",
            )
    console.report(figures, as_json=as_json)


def archive(
    path: Annotated[Path, typer.Argument(help="the zip file to write")],
    data: Data,
    url: Url = None,
    token_file: TokenFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Write an archive of all cases, which can be verified without us."""
    from services.cli import archiving, instance
    from services.cli.replaying.client import Api

    async def run(where: instance.Instance) -> dict[str, int]:
        async with Api(where.url, where.tokens) as api:
            return await archiving.write(api, path)

    with instance.found(data, url=url, token_file=token_file, factor=None) as where:
        figures = asyncio.run(run(where))
    console.report(figures, as_json=as_json)
