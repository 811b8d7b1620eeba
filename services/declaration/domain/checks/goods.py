"""Rules of the goods lines among themselves, with the header and with the containers."""

from collections.abc import Iterator
from decimal import Decimal

from services.declaration.domain.checks.rule import Breach, Filed, Rule


def _not_positive(filed: Filed) -> Iterator[Breach]:
    content = filed.content
    if content.packages <= 0:
        yield Breach("/packages")
    for name in ("gross_kg", "net_kg"):
        if getattr(content, name) <= 0:
            yield Breach(f"/{name}")
    for index, line in enumerate(content.lines):
        for name in ("quantity", "net_kg", "value"):
            if getattr(line, name) <= 0:
                yield Breach(f"/lines/{index}/{name}", {"line": line.number})


def _numbering(filed: Filed) -> Iterator[Breach]:
    for index, line in enumerate(filed.content.lines):
        if line.number != index + 1:
            yield Breach(f"/lines/{index}/number", {"expected": index + 1})


def _too_many_lines(filed: Filed) -> Iterator[Breach]:
    allowed = int(filed.dictionary.limits["goods_lines"])
    if len(filed.content.lines) > allowed:
        yield Breach("/lines", {"lines": len(filed.content.lines), "allowed": allowed})


def _net_above_gross(filed: Filed) -> Iterator[Breach]:
    net, gross = filed.content.net_kg, filed.content.gross_kg
    if net > gross:
        yield Breach("/net_kg", {"net_kg": net, "gross_kg": gross})


def _net_sum(filed: Filed) -> Iterator[Breach]:
    lines = filed.content.lines
    total = sum((line.net_kg for line in lines), Decimal(0))
    rounding = filed.dictionary.limits["net_rounding_kg"] * len(lines)
    if abs(total - filed.content.net_kg) > rounding:
        yield Breach(
            "/net_kg", {"net_kg": filed.content.net_kg, "lines_kg": total, "rounding_kg": rounding}
        )


def _unknown_line(filed: Filed) -> Iterator[Breach]:
    known = {line.number for line in filed.content.lines}
    for index, container in enumerate(filed.content.containers):
        for place, number in enumerate(container.lines):
            if number not in known:
                yield Breach(f"/containers/{index}/lines/{place}", {"line": number})


def _line_repeated(filed: Filed) -> Iterator[Breach]:
    for index, container in enumerate(filed.content.containers):
        for place, number in enumerate(container.lines):
            if number in container.lines[:place]:
                yield Breach(f"/containers/{index}/lines/{place}", {"line": number})


def _uncovered_line(filed: Filed) -> Iterator[Breach]:
    content = filed.content
    loaded = {number for container in content.containers for number in container.lines}
    for index, line in enumerate(content.lines):
        if content.containers and line.number not in loaded:
            yield Breach(f"/lines/{index}/number", {"line": line.number})


def _empty_container(filed: Filed) -> Iterator[Breach]:
    for index, container in enumerate(filed.content.containers):
        if not container.lines:
            yield Breach(f"/containers/{index}/lines", {"container": container.number})


RULES = (
    Rule(
        code="not_positive",
        en="Weights, values, quantities and packages are more than zero.",
        zh="重量、价格、数量和件数必须大于零。",
        mend_en="Declare the true figure.",
        mend_zh="请申报真实数值。",
        find=_not_positive,
    ),
    Rule(
        code="line_number_out_of_order",
        en="Goods lines are numbered 1, 2, 3 and so on.",
        zh="商品序号应从1起连续编号。",
        mend_en="Number the lines in their order.",
        mend_zh="请按顺序编号。",
        find=_numbering,
    ),
    Rule(
        code="too_many_lines",
        en="The declaration has more goods lines than allowed.",
        zh="商品项数超过上限。",
        mend_en="Split the consignment into several declarations.",
        mend_zh="请分多份申报。",
        find=_too_many_lines,
    ),
    Rule(
        code="net_above_gross",
        en="The net weight is more than the gross weight.",
        zh="净重大于毛重。",
        mend_en="Correct one of the two weights.",
        mend_zh="请更正其中一个重量。",
        find=_net_above_gross,
    ),
    Rule(
        code="net_sum_differs",
        en="The lines' net weights do not add up to the declared net weight.",
        zh="各商品项净重之和与申报净重不符。",
        mend_en="Correct the lines or the total.",
        mend_zh="请更正商品项净重或总净重。",
        find=_net_sum,
    ),
    Rule(
        code="container_line_unknown",
        en="The container names a goods line that is not declared.",
        zh="集装箱所列商品项未申报。",
        mend_en="Name the numbers of declared goods lines.",
        mend_zh="请填写已申报的商品序号。",
        find=_unknown_line,
    ),
    Rule(
        code="container_line_repeated",
        en="The container names a goods line twice.",
        zh="集装箱重复列出同一商品项。",
        mend_en="Name each goods line once.",
        mend_zh="每个商品项只列一次。",
        find=_line_repeated,
    ),
    Rule(
        code="line_in_no_container",
        en="The goods line is in none of the containers.",
        zh="该商品项未装入任何集装箱。",
        mend_en="Name the line in the container that holds it.",
        mend_zh="请在所装集装箱中列出该商品项。",
        find=_uncovered_line,
    ),
    Rule(
        code="container_empty",
        en="The container holds no goods line.",
        zh="集装箱未列任何商品项。",
        mend_en="Name the goods lines inside, or leave the container out.",
        mend_zh="请列出箱内商品项，或删除该集装箱。",
        find=_empty_container,
    ),
)
