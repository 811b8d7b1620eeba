"""Reading what can be read of a body that is not valid as a whole."""

from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import from_json, to_json

from shared.http import lengths
from shared.unread import UNREAD


def read(model: type[BaseModel], raw: bytes) -> dict[str, Any] | None:
    """The fields of `model` as plain values, `UNREAD` where one is missing or not valid.

    A list of more than its field takes is not read: that is told of it, and it may be a million.
    None if the body is no object. For well-formed JSON (`jsontext` has read it before); fields
    that the model does not have are left out.
    """
    document = from_json(raw)
    return _fields(model, document) if isinstance(document, dict) else None


def _fields(model: type[BaseModel], document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _value(model, name, document[name]) if name in document else _left_out(field)
        for name, field in model.model_fields.items()
    }


def _left_out(field: FieldInfo) -> Any:
    if field.is_required():
        return UNREAD
    value = field.get_default(call_default_factory=True)
    return value.model_dump() if isinstance(value, BaseModel) else value


def _value(model: type[BaseModel], name: str, given: Any) -> Any:
    if isinstance(given, list) and len(given) > lengths.most(model, name):
        return UNREAD
    try:
        return _alone(model, name).model_validate_json(to_json({name: given})).model_dump()[name]
    except ValidationError:
        pass
    below = lengths.inner(model, name)
    if below is not None and isinstance(given, dict):
        return _fields(below, given)
    if below is not None and isinstance(given, list):
        return [_fields(below, e) if isinstance(e, dict) else UNREAD for e in given]
    return UNREAD


@cache
def _alone(model: type[BaseModel], name: str) -> type[BaseModel]:
    """A model of this one field, as strict as the whole."""
    field = model.model_fields[name]
    definition: Any = (field.annotation, field)
    config = model.model_config
    return create_model(f"{model.__name__}_{name}", __config__=config, **{name: definition})
