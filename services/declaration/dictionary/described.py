"""The dictionary as documents: what of an item and of its fields a reader is told."""

from typing import Any

from services.declaration.domain.dictionary import Field, Item


def item(told: Item) -> dict[str, Any]:
    """An item with its fields and their conditions, names first."""
    names = {"number": told.number, "id": told.id, "zh": told.zh, "en": told.en}
    facts = told.model_dump(mode="json", exclude={"fields"})
    return {
        **names,
        **{name: fact for name, fact in facts.items() if name not in names},
        "obligation": told.obligation,
        "nodes": told.nodes,
        "fields": [field(each, of=told) for each in told.fields],
    }


def field(told: Field, *, of: Item) -> dict[str, Any]:
    """A field with when it must be declared; one without a name of its own has the item's."""
    facts = told.model_dump(
        mode="json", exclude={"required_when"}, exclude_none=True, exclude_defaults=True
    )
    conditions = [condition.reason.model_dump() for condition in told.required_when]
    names = {"zh": told.zh or of.zh, "en": told.en or of.en}
    return facts | names | ({"required_when": conditions} if conditions else {})
