"""What each fault of a yard's data means in general; in an answer it names what it is about."""

from shared.http import catalogue
from shared.http.faults import Rule

HALF_NAMED = Rule(
    "sort_without_code",
    "A bay, team or gear is named by both `sort` and `code`.",
    "查验位、查验组或设备须同时填写 sort 和 code。",
    "Give both, or neither to close the whole yard.",
    "请同时填写两项；如停用整个查验场，两项均不填。",
)
RULES = (
    HALF_NAMED,
    Rule("wrong_header", "The first line of the file names unknown columns, or lacks one.",
         "首行含有未知列，或缺少必需的列。",
         "Use the columns that the answer names.", "请使用回复中列出的列名。"),
    Rule("code_twice", "Two bays, teams or pieces of gear have one code.", "代码重复。",
         "Give each its own code.", "请为每一项使用不同的代码。"),
    Rule("half_a_place", "A bay's place in a row is its row and its position.",
         "查验位的排号与位置须同时填写。",
         "Give both, or neither.", "请同时填写两者，或都不填写。"),
    Rule("place_twice", "Two bays have one place in a row.", "两个查验位位于同一位置。",
         "Give each bay of a row a position of its own.", "请为同一排的每个查验位填写不同的位置。"),
    Rule("off_grid", "The time is no quarter of an hour.", "时间不在整刻钟上。",
         "Use :00, :15, :30 or :45.", "请使用 :00、:15、:30 或 :45。"),
    Rule("yard_never_open", "The yard is closed all day, every day.", "查验场每天都全天关闭。",
         "Give the hours of at least one weekday.", "请至少填写一个工作日的开放时间。"),
    Rule("no_bays", "The yard has no bay.", "查验场没有查验位。",
         "Add at least one bay.", "请至少添加一个查验位。"),
    Rule("break_outside_shift", "A break is not inside its shift.", "休息时间不在班次之内。",
         "Let the break begin after the shift does and end before it.",
         "休息须在班次开始之后开始，并在班次结束之前结束。"),
    Rule("never_on_duty", "A shift never meets the opening hours.", "班次与开放时间从不重合。",
         "Move the shift into the opening hours of one of its days.",
         "请将班次调整到其工作日的开放时间之内。"),
    Rule("wrong_plugs", "Reefer bays have plugs, and no other bay has any.",
         "冷藏查验位须有插座，其他查验位不应有插座。",
         "Give a reefer bay one plug or more, and no other bay any.",
         "冷藏查验位至少一个插座，其他查验位不应有插座。"),
    Rule("team_of_unknown_agency", "There is no such agency.", "没有此查验单位。",
         "Use one of those that the answer names.", "请使用回复中列出的单位。"),
    Rule("team_with_unknown_skill", "Teams of that agency have no such skill.",
         "该单位的查验组没有此技能。",
         "Use one of those that the answer names.", "请使用回复中列出的技能。"),
    Rule("no_team_for_skill", "On some days on which the yard is open, no team has a skill.",
         "某些开放日没有具备某项技能的查验组。",
         "Let a team with that skill work long enough on each day on which the yard is open.",
         "请在每个开放日安排具备该技能的查验组工作足够长的时间。"),
)  # fmt: skip

catalogue.teach(RULES)
