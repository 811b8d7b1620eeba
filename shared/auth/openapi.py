"""Says in the OpenAPI document which roles each operation admits."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from shared.auth import guard
from shared.auth.principal import Role

SCHEME = "bearerAuth"
METHODS = frozenset({"get", "put", "post", "patch", "delete", "head", "options"})


def add_roles(app: FastAPI, document: dict[str, Any]) -> None:
    """Adds `x-roles` and `security` to each operation of the app's own document, in place.

    An operation that asks for no token says so with an empty `security`.
    """
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes.setdefault(SCHEME, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for route in iter_route_contexts(app.routes):
        operations = document.get("paths", {}).get(route.path_format, {})
        roles = guard.roles_of(route)
        for method in METHODS & {name.lower() for name in route.methods or ()}:
            if method in operations:
                _describe(operations[method], roles)


def _describe(operation: dict[str, Any], roles: frozenset[Role] | None) -> None:
    if roles is None:
        operation["security"] = []
        return
    operation["x-roles"] = sorted(roles)
    operation["security"] = [{SCHEME: []}]
