"""What streams and durable consumers are made like."""

from collections.abc import Sequence

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

DAY = 86_400
MAX_AGE_DAYS = 14


def stream(
    name: str,
    *,
    subjects: Sequence[str],
    retention: RetentionPolicy,
    max_bytes: int,
    dedupe_seconds: float,
    replicas: int,
) -> StreamConfig:
    """On file; a full stream refuses new messages rather than dropping old ones."""
    return StreamConfig(
        name=name,
        subjects=list(subjects),
        storage=StorageType.FILE,
        retention=retention,
        discard=DiscardPolicy.NEW,
        max_age=MAX_AGE_DAYS * DAY,
        max_bytes=max_bytes,
        duplicate_window=dedupe_seconds,
        num_replicas=replicas,
    )


def consumer(name: str, *, subjects: Sequence[str], ack_wait: float) -> ConsumerConfig:
    """Pulled, acknowledged one by one, delivered until it is."""
    return ConsumerConfig(
        durable_name=name,
        filter_subjects=list(subjects),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait,
        max_deliver=-1,
        # The pull loop bounds what is in hand. A bound here fills with events that wait for an
        # earlier one, which then could never come.
        max_ack_pending=-1,
        max_waiting=64,
    )
