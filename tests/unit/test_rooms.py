"""No file and no function is longer than can be read at one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES = 250
FUNCTION_LINES = 40
Function = ast.FunctionDef | ast.AsyncFunctionDef
SOURCES = [
    path
    for folder in ("services", "shared", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def _too_long(name: str, source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines"
    for node in _functions(ast.parse(source)):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES:
            yield f"{name}:{node.lineno} {node.name}: {lines} lines"


def _functions(within: ast.AST) -> Iterator[Function]:
    """Looks at statements alone: most of a program is expressions, and none holds a function."""
    for node in ast.iter_child_nodes(within):
        if isinstance(node, Function):
            yield node
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _functions(node)


def test_no_file_and_no_function_is_too_long() -> None:
    assert SOURCES
    assert [
        each
        for path in SOURCES
        for each in _too_long(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ] == []


def test_what_is_too_long_is_found() -> None:
    fitting = "async def fits():\n" + "    pass\n" * (FUNCTION_LINES - 1)
    longer = "async def longer():\n" + "    pass\n" * FUNCTION_LINES
    inside = "try:\n    pass\nexcept E:\n    " + longer.replace("\n  ", "\n      ")
    assert list(_too_long("a.py", fitting)) == []
    assert list(_too_long("a.py", longer)) == ["a.py:1 longer: 41 lines"]
    assert list(_too_long("a.py", inside)) == ["a.py:4 longer: 41 lines"]
    assert list(_too_long("a.py", "\n" * (FILE_LINES + 1))) == ["a.py: 251 lines"]
