"""A filing as it was sent becomes a value of the domain."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from services.declaration.domain.content import Content
from services.declaration.forms import FilingIn
from shared.http import lengths
from tests.factories import filing
from tests.unit.declaration.full import full


def _pairs(
    form: type[BaseModel], value: type[BaseModel]
) -> list[tuple[type[BaseModel], type[BaseModel]]]:
    """Both, and what is in them."""
    inside = [(lengths.inner(form, name), lengths.inner(value, name)) for name in form.model_fields]
    return [
        (form, value),
        *(pair for one, two in inside if one and two for pair in _pairs(one, two)),
    ]


@pytest.mark.parametrize(("form", "value"), _pairs(FilingIn, Content))
def test_what_may_be_left_out_may_be_so_in_the_domain(
    form: type[BaseModel], value: type[BaseModel]
) -> None:
    """What is None is not handed over."""
    for name, field in form.model_fields.items():
        if not field.is_required() and field.default is None:
            assert value.model_fields[name].get_default() is None, name


@pytest.mark.parametrize("body", [filing(), full()])
def test_the_domain_gets_what_was_sent(body: dict[str, Any]) -> None:
    form = FilingIn.model_validate_json(json.dumps(body))
    assert form.content() == Content.model_validate(form, from_attributes=True)
