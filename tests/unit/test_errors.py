from decimal import Decimal

import pytest

from shared import errors


class HSCodeUnknown(errors.Invalid):
    """The HS code is not in
    the tariff.

    For developers: headings are not checked here.
    """

    zh = "税则中没有该商品编码。"


def test_an_error_names_its_rule_in_snake_case() -> None:
    assert HSCodeUnknown.code == "hs_code_unknown"
    assert errors.NotFound.code == "not_found"


def test_the_first_paragraph_of_the_docstring_is_the_message() -> None:
    assert HSCodeUnknown.en == "The HS code is not in the tariff."


def test_an_error_carries_its_facts_and_place() -> None:
    refused = HSCodeUnknown(pointer="/lines/0/code", code_given="0101", weight=Decimal("1.5"))
    assert refused.pointer == "/lines/0/code"
    assert refused.facts == {"code_given": "0101", "weight": Decimal("1.5")}
    assert "0101" in str(refused)


def test_a_rule_told_in_english_only_is_refused_at_import() -> None:
    with pytest.raises(TypeError, match="zh"):
        type("OnlyEnglish", (errors.Conflict,), {"__doc__": "English."})


def test_a_mend_told_in_one_language_is_refused_at_import() -> None:
    texts = {"__doc__": "English.", "zh": "中文。", "mend": "Do this."}
    with pytest.raises(TypeError, match="mend_zh"):
        type("HalfMend", (errors.Conflict,), texts)


def test_faults_name_each_fault_and_place() -> None:
    fault = errors.Fault(code="missing", pointer="/name", en="Missing.", zh="缺少。")
    assert str(errors.Faults(fault)) == "The document has faults. missing at /name"
