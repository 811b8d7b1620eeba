"""What a service needs to find its servers. Read once, in `onestop serve` and `onestop up`."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared import crash

NATS = ("nats://", "tls://", "ws://", "wss://")


class System(BaseSettings):
    """Environment variables `ONESTOP_...`; the embedded mode fills in its own addresses."""

    model_config = SettingsConfigDict(env_prefix="ONESTOP_", frozen=True)

    database_url: str = Field(
        default="",
        description="postgresql+asyncpg://role:password@host:port/database of this service's role",
    )
    nats_url: str = Field(default="", description="nats://user:password@host:port, commas between")
    nats_replicas: int = Field(default=1, ge=1, le=5, description="copies of each stream")
    nats_stream_bytes: int = Field(
        default=256 * 2**20, ge=2**20, description="the size at which a stream refuses more"
    )
    namespace: str = Field(
        default="onestop",
        pattern=r"^[a-z][a-z0-9_]{0,31}$",
        description="prefix of streams and subjects, to share a broker",
    )
    jwks_url: str = Field(default="", description="where the identity provider publishes its keys")
    issuer: str = Field(default="", description="the `iss` that tokens must have")
    audience: str = Field(default="onestop", description="the `aud` that tokens must have")
    pool_size: int = Field(default=10, ge=2, le=100, description="database connections a service")
    head_seconds: float = Field(
        default=10, gt=0, description="seconds for the request line and the headers to arrive"
    )
    body_seconds: float = Field(
        default=30, gt=0, description="seconds for a body to arrive, or for an answer to be taken"
    )
    idle_seconds: int = Field(
        default=20, gt=0, description="seconds that a connection may wait for its next request"
    )
    connections: int = Field(
        default=4_000, ge=16, description="clients at once; beyond, the longest idle one is cut off"
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=600,
        description="seconds to go on serving, no longer ready, once told to end",
    )
    rate_per_second: float = Field(
        default=200,
        ge=0,
        le=1_000_000,
        description="requests a second of one organisation; 0: as many as come",
    )
    rate_burst: int = Field(
        default=1_000, ge=1, description="requests of one organisation at once, after a rest"
    )
    sandbox: bool = Field(
        default=False,
        description="whether references that begin with SANDBOX- force an outcome: never where"
        " real cargo is declared",
    )
    log_level: str = Field(
        default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$", description="log level"
    )
    traces: str = Field(
        default="off",
        pattern=r"^(off|file|https?://.+)$",
        description=(
            "`off`, a collector's OTLP/HTTP address (http://host:4318), or with `onestop up` "
            "`file`: traces.jsonl in the data folder"
        ),
    )
    crash_at: str = Field(
        default="",
        description="for tests on 127.0.0.1 only: the crash point that kills the process",
    )

    @field_validator("database_url")
    @classmethod
    def _asyncpg(cls, url: str) -> str:
        if url and not url.startswith("postgresql+asyncpg://"):
            raise ValueError("must start with postgresql+asyncpg://")
        try:
            return url and make_url(url).render_as_string(hide_password=False)
        except (ArgumentError, ValueError) as error:
            raise ValueError("must be postgresql+asyncpg://role:password@host:port/db") from error

    @field_validator("nats_url")
    @classmethod
    def _nats(cls, urls: str) -> str:
        if urls and not all(each.strip().startswith(NATS) for each in urls.split(",")):
            raise ValueError(f"each address must start with one of {', '.join(NATS)}")
        return urls

    @field_validator("crash_at")
    @classmethod
    def _known(cls, spec: str) -> str:
        if spec:
            crash.parse(spec)
        return spec

    @field_validator("jwks_url")
    @classmethod
    def _http(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must start with https:// or http://")
        return url
