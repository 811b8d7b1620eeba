"""Every table of inspection: whether its rows follow from the records of cases, and why not."""

from services.inspection import alarms, marks, measures, presence, store, treatments

FOLLOWS = {
    each.name: each
    for each in (
        store.cases,
        store.sections,
        store.openings,
        alarms.ALARMS,
        alarms.ACKNOWLEDGEMENTS,
        marks.MARKS,
        presence.PRESENT,
        treatments.TREATMENTS,
        measures.INSPECTIONS,
        measures.AGENCIES,
    )
}
"""The tables whose rows follow from a case's records."""
EVIDENCE = frozenset(
    {
        "case_records",
        "ledger_leaves",
        "ledger_nodes",
        "checkpoints",
        "checkpoint_signatures",
        "officer_keys",
    }
)
"""The records themselves, the tree over all cases, and what is signed by whom."""
BESIDE = {
    "measured_filings": "follows from the events of filings, which declaration keeps",
    "outbox": "what was told of cases; its events are counted against each case's version",
    "checklist_editions": "what is asked: dated data that supervisors write",
    "finding_code_editions": "what findings are called: dated data that supervisors write",
    "rejected_records": "what devices sent and was refused, until it is sent again",
    "rejected_beside": "what devices sent and was refused, until it is sent again",
    "uploads": "files under way, which are evidence once they are whole",
    "upload_parts": "files under way, which are evidence once they are whole",
    "link_keys": "the key of links that last some minutes",
    "inbox": "which events of others were taken",
    "watermarks": "how far events of others were taken",
    "dead_letters": "messages that could not be taken",
    "operator_acts": "what operators did about these",
    "idempotency_keys": "answers to requests, for a while",
    "alembic_version": "how far the schema has come",
}
"""The other tables, and why no record of a case says what they must hold."""
UNTOLD = {
    ("cases", "created_at"): "when a case was first heard of may be before its first record",
    ("case_records", "number"): "the place among all cases' records, by which streams go on",
    ("checkpoints", "made_at"): "no part of what is signed",
    ("checkpoint_signatures", "signed_at"): "no part of what is signed; the key counted then",
    ("officer_keys", "id"): "no part of its proof; signatures name it",
    ("officer_keys", "registered_at"): "no part of its proof; before all that the key signed",
    ("officer_keys", "revoked_at"): "no part of its proof; after all that the key signed",
}
"""Columns of the first two lists that may hold more than one value, and what is seen of it."""
