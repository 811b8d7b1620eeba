"""What a message can be refused for, beyond what any filing can."""

from typing import Any

from shared import errors
from shared.http import faults
from shared.http.faults import Rule

UNKNOWN_NODE = Rule(
    "unknown_node",
    "The message has no such node, and nothing is passed over silently.",
    "报文没有此节点，且不会不经告知而忽略。",
    "Remove it, or correct its name, place or namespace.",
    "请删除该节点，或更正其名称、位置或命名空间。",
)
REPEATED_NODE = Rule(
    "repeated_node",
    "The node stands more than once where it may stand once.",
    "该节点在只能出现一次的位置重复出现。",
    "Give it once.",
    "请只保留一个。",
)
STRAY_TEXT = Rule(
    "stray_text",
    "There is text where only nodes may stand.",
    "在只能包含节点的位置出现了文本。",
    "Move the text into its node, or remove it.",
    "请将文本移入相应节点，或删除。",
)
NODES_DISAGREE = Rule(
    "nodes_disagree",
    "Two nodes that say the same thing disagree.",
    "表示同一内容的两个节点不一致。",
    "Correct one of them.",
    "请更正其中之一。",
)
OTHER_DIRECTION = Rule(
    "other_direction",
    "The node is for the other direction.",
    "该节点用于另一进出口方向。",
    "Use the node for this direction.",
    "请使用与进出口方向相符的节点。",
)
NO_SUCH_LINE = Rule(
    "no_such_line",
    "The message has no goods line of this number.",
    "报文中没有此序号的商品项。",
    "Correct the number of the goods line.",
    "请更正商品序号。",
)
RULES = (UNKNOWN_NODE, REPEATED_NODE, STRAY_TEXT, NODES_DISAGREE, OTHER_DIRECTION, NO_SUCH_LINE)


class NotAMessage(errors.Conflict):
    """This filing holds what the message has no place for."""

    zh = "该申报单含有报文无法表示的内容。"
    mend = "Read the filing as JSON."
    mend_zh = "请以 JSON 读取该申报单。"


class Unfit(Exception):
    """The text of a node is no value for its field."""

    def __init__(self, rule: Rule, **facts: Any) -> None:
        super().__init__(rule.code)
        self.rule = rule
        self.facts = facts


def at_node(rule: Rule, *, pointer: str, node: str, **facts: Any) -> errors.Fault:
    """A fault that names its node (an XPath) beside its field."""
    return faults.fault(rule, pointer=pointer, node=node, **facts)
