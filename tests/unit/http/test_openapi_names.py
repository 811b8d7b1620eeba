"""Models that share a name, in one document: each reference leads to its own model."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from pydantic import create_model

from shared.http import app, model, openapi
from shared.http.body import json_body

Ours = create_model("Range", __base__=model.StrictModel, low=(model.Quantity, Decimal(0)))
Theirs = create_model("Range", __base__=model.StrictModel, since=(model.Instant, ...))
Table = create_model("Table", __base__=model.StrictModel, range=(Ours, ...))
router = APIRouter()


@router.post("/tables", response_model=Table)
async def draft(table: Annotated[Any, json_body(Table)]) -> Any:
    return table


@router.post("/emissions", response_model=dict[str, int])
async def emit(which: Annotated[Any, json_body(Theirs)]) -> Any:
    return {"events": len(which)}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return app.create("Twins", version="1", routers=[router]).openapi()


def _found(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].removeprefix(openapi.REF)
    found: dict[str, Any] = document["components"]["schemas"][name]["properties"]
    return found


def _json(told: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = told["content"]["application/json"]["schema"]
    return schema


def test_each_body_is_its_own_model(document: dict[str, Any]) -> None:
    bodies = {
        path: _json(each["post"]["requestBody"])
        for path, each in document["paths"].items()
        if "post" in each
    }
    assert set(_found(document, bodies["/emissions"])) == {"since"}
    asked = _found(document, _found(document, bodies["/tables"])["range"])
    assert {each["type"] for each in asked["low"]["anyOf"]} == {"number", "string"}


def test_an_answer_is_described_as_it_is_written_out(document: dict[str, Any]) -> None:
    answered = _json(document["paths"]["/tables"]["post"]["responses"]["200"])
    told = _found(document, _found(document, answered)["range"])
    assert told["low"]["type"] == "string"
