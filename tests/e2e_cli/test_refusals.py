"""What is wrong is said in words, with the way to mend it; nothing starts, nothing is traced."""

import asyncio
import json
import re
import socket
from contextlib import ExitStack
from pathlib import Path

from shared.embedded import provision
from tests import servers as support
from tests.e2e_cli.program import Command, Ended, folder, run_all
from tests.kits import SEALED

NOWHERE = "postgresql+asyncpg://onestop_declaration:secret@127.0.0.1:1/onestop"
NAMED = {
    "ONESTOP_DATABASE_URL": NOWHERE,
    "ONESTOP_NATS_URL": "nats://127.0.0.1:1",
    "ONESTOP_JWKS_URL": "http://127.0.0.1:1/jwks.json",
    "ONESTOP_ISSUER": "urn:somebody",
}
CRASH = {"ONESTOP_CRASH_AT": "relay.before_mark:2"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is to be refused
SERVE = ("serve", "declaration", "--port", "0")
HAN = re.compile(r"[\u4e00-\u9fff]")
SOON = 30.0

# Each refusal with what its message must name.
EXPECTED: dict[str, tuple[str, ...]] = {
    "a speed that is none": ("--clock fast", "600x"),
    "a speed beyond all bounds": ("--clock 20000x", "10000"),
    "two wrong settings": ("ONESTOP_LOG_LEVEL", "ONESTOP_NAMESPACE"),
    "a wrong setting of a service": ("ONESTOP_BOOKING_HOLD_MINUTES",),
    "a crash point that is none": ("ONESTOP_CRASH_AT", "relay.before_mark"),
    "a crash point where others are served": ("ONESTOP_CRASH_AT", EVERYWHERE),
    "a crash point on another machine": ("ONESTOP_CRASH_AT", "broker.example"),
    "a setting that is no JSON": ("ONESTOP_INSPECTION_", "agencies"),
    "settings that contradict each other": ("ONESTOP_MUTUAL_RECOGNITION_", "primary"),
    "a wrong setting of the service served": ("ONESTOP_DECLARATION_TIME_ZONE",),
    "no servers named": tuple(NAMED),
    "no database named": ("ONESTOP_DATABASE_URL", "onestop up"),
    "addresses of another kind": (
        "ONESTOP_DATABASE_URL",
        "postgresql+asyncpg://",
        "ONESTOP_NATS_URL",
        "ONESTOP_JWKS_URL",
    ),
    "a database address that cannot be read": ("ONESTOP_DATABASE_URL",),
    "a database at a host that is not": ("ONESTOP_DATABASE_URL", "onestop provision"),
    "a database that is away": ("ONESTOP_DATABASE_URL", "onestop provision"),
    "a wrong password": ("password authentication failed", "ONESTOP_DATABASE_URL"),
    "a database without the schema": ("schema declaration", "onestop provision"),
    "a draw that anyone can foresee": (
        "public",
        "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEEDS",
        "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEED_ID",
    ),
    "evidence without a folder": ("ONESTOP_INSPECTION_EVIDENCE_FOLDER",),
    "a seal whose codes lead nowhere": ("ONESTOP_DECLARATION_PUBLIC_URL",),
    "traces to a file where there is no data folder": ("ONESTOP_TRACES", "4318"),
    "a taken port of a service": ("--port",),
    "a taken HTTP port": ("HTTP", "--port"),
    "a taken port of PostgreSQL": ("PostgreSQL", "--pg-port"),
    "a taken port of NATS": ("NATS", "--nats-port"),
    "an address of another machine": ("192.0.2.1", "--host"),
    "a data folder that is a file": ("data folder", "--data"),
    "rows that are not there": ("missing.csv", "train.csv"),
    "rows of another dataset": ("foreign.csv", "columns missing"),
    "rows that are no text": ("binary.csv",),
    "an officer of no agency": ("agency",),
    "a remote system without tokens": ("--token-file", "officer.customs"),
    "tokens that are not there": ("missing.json",),
    "a server that does not take the administrator": ("--admin-url",),
    "passwords that are not there": ("missing.json", "mutual_recognition"),
    "passwords of other services": ("wrong or missing", "tariff"),
}


def _commands(
    room: Path, taken: str, servers: support.TestServers, bare: str
) -> dict[str, Command]:
    up = ("up", "--data", str(room / "data"), "--port", "0")
    return {
        "a speed that is none": Command((*up, "--clock", "fast")),
        "a speed beyond all bounds": Command((*up, "--clock", "20000x")),
        "two wrong settings": Command(
            up, {"ONESTOP_LOG_LEVEL": "loud", "ONESTOP_NAMESPACE": "???"}
        ),
        "a wrong setting of a service": Command(up, {"ONESTOP_BOOKING_HOLD_MINUTES": "soon"}),
        "a crash point that is none": Command(up, {"ONESTOP_CRASH_AT": "relay.somewhere"}),
        "a crash point where others are served": Command((*up, "--host", EVERYWHERE), CRASH),
        "a setting that is no JSON": Command(up, {"ONESTOP_INSPECTION_AGENCIES": "customs"}),
        "settings that contradict each other": Command(
            up, {"ONESTOP_MUTUAL_RECOGNITION_PRIMARY": "health"}
        ),
        "a taken HTTP port": Command(("up", "--data", str(room / "data"), "--port", taken)),
        "a taken port of PostgreSQL": Command((*up, "--pg-port", taken)),
        "a taken port of NATS": Command((*up, "--nats-port", taken)),
        "an address of another machine": Command((*up, "--host", "192.0.2.1")),
        "a data folder that is a file": Command(
            ("up", "--port", "0", "--data", str(room / "file"))
        ),
        **_serving(taken, servers, bare),
        **_others(room, servers),
    }


def _serving(taken: str, servers: support.TestServers, bare: str) -> dict[str, Command]:
    wrong = servers.url(bare, schema="booking").replace("only", "wrong")
    return {
        "a wrong setting of the service served": Command(
            SERVE, {**NAMED, "ONESTOP_DECLARATION_TIME_ZONE": "Qingdao"}
        ),
        "no servers named": Command(SERVE),
        "no database named": Command(SERVE, {**NAMED, "ONESTOP_DATABASE_URL": ""}),
        "addresses of another kind": Command(
            SERVE,
            {
                **NAMED,
                "ONESTOP_DATABASE_URL": "mysql://root@localhost/onestop",
                "ONESTOP_NATS_URL": "localhost:4222",
                "ONESTOP_JWKS_URL": "/etc/jwks.json",
            },
        ),
        "a database address that cannot be read": Command(
            SERVE, {**NAMED, "ONESTOP_DATABASE_URL": "postgresql+asyncpg://a:b@host:port/onestop"}
        ),
        "a database at a host that is not": Command(
            SERVE, {**NAMED, "ONESTOP_DATABASE_URL": NOWHERE.replace("127.0.0.1:1", "db.invalid")}
        ),
        "a database that is away": Command(SERVE, NAMED),
        "a wrong password": Command(SERVE, {**NAMED, "ONESTOP_DATABASE_URL": wrong}),
        "a database without the schema": Command(
            SERVE, {**NAMED, "ONESTOP_DATABASE_URL": servers.url(bare, schema="booking")}
        ),
        "traces to a file where there is no data folder": Command(
            SERVE, NAMED | {"ONESTOP_TRACES": "file"}
        ),
        **_lacking(),
        "a crash point on another machine": Command(
            SERVE, {**NAMED, **CRASH, "ONESTOP_NATS_URL": "nats://broker.example"}
        ),
        "a taken port of a service": Command(("serve", "booking", "--port", taken), NAMED),
    }


def _lacking() -> dict[str, Command]:
    """What one service alone needs, and only `onestop up` brings along."""
    return {
        "a draw that anyone can foresee": Command(
            ("serve", "mutual_recognition", "--port", "0"), NAMED
        ),
        "evidence without a folder": Command(("serve", "inspection", "--port", "0"), NAMED),
        "a seal whose codes lead nowhere": Command(
            SERVE, {**NAMED, "ONESTOP_DECLARATION_SEAL_KEY": str(SEALED["seal_key"])}
        ),
    }


def _others(room: Path, servers: support.TestServers) -> dict[str, Command]:
    remote = ("verify", "--data", str(room / "data"), "--url", "http://127.0.0.1:1")
    missing = str(room / "missing.json")
    admin = servers.admin_url.replace(":" + servers.admin_url.split(":")[2].split("@")[0], ":no")
    make = ("provision", "--admin-url")
    return {
        "rows that are not there": Command(("replay", str(room / "missing.csv"))),
        "rows of another dataset": Command(("replay", str(room / "foreign.csv"))),
        "rows that are no text": Command(("replay", str(room / "binary.csv"))),
        "an officer of no agency": Command(("token", "officer", "--data", str(room / "data"))),
        "a remote system without tokens": Command(remote),
        "tokens that are not there": Command((*remote, "--token-file", missing)),
        "a server that does not take the administrator": Command(
            (*make, admin, "--passwords", str(room / "passwords.json"))
        ),
        "passwords that are not there": Command((*make, admin, "--passwords", missing)),
        "passwords of other services": Command(
            (*make, admin, "--passwords", str(room / "others.json"))
        ),
    }


def _fill(room: Path) -> None:
    services = ("declaration", "mutual_recognition", "booking", "inspection")
    (room / "file").write_text("not a folder")
    (room / "foreign.csv").write_text("name,colour\npear,green\n")
    (room / "binary.csv").write_bytes(b"\x00\x01\xff\xfe")
    (room / "passwords.json").write_text(json.dumps(dict.fromkeys(services, support.PASSWORD)))
    (room / "others.json").write_text(json.dumps({"tariff": "x"}))


def _ended(servers: support.TestServers) -> dict[str, Ended]:
    """What became of every command."""
    bare = support.unique(servers)
    with ExitStack() as stack:
        room = stack.enter_context(folder())
        occupied = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        taken = str(occupied.getsockname()[1])
        _fill(room)
        services = {"booking": support.PASSWORD}
        asyncio.run(provision.provision(servers.admin_url, database=bare, services=services))
        ended = run_all(_commands(room, taken, servers, bare))
    asyncio.run(provision.drop(servers.admin_url, database=bare))
    return ended


def _wrong(found: Ended, named: tuple[str, ...]) -> list[str]:
    """What is not as it should be with a refusal."""
    missing = [each for each in (*named, "error: ", "mend: ") if each not in found.err]
    wrong = [f"does not name {each}" for each in missing]
    wrong += ["has no Chinese"] * (not HAN.search(found.err))
    wrong += ["shows a traceback"] * ("Traceback" in found.err)
    wrong += [f"leaves with {found.code}"] * (found.code != 2)
    wrong += [f"says {found.out} as a result"] * (found.out != "")
    wrong += [f"takes {found.seconds:.0f} s"] * (found.seconds > SOON)
    return [f"{each}: {found.err[:500]}" for each in wrong]


def test_every_refusal_names_what_is_wrong_and_how_to_mend_it(
    servers: support.TestServers,
) -> None:
    ended = _ended(servers)
    assert set(ended) == set(EXPECTED)
    wrong = {name: _wrong(found, EXPECTED[name]) for name, found in ended.items()}
    assert {name: each for name, each in wrong.items() if each} == {}
