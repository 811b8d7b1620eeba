"""Files with many filings over HTTP: sent, worked on, reported; what becomes of damaged ones."""

import csv
from io import StringIO
from typing import Any
from uuid import UUID

import httpx

from services.cli import sheet
from services.declaration.bulk.child import XLSX
from services.declaration.jobs import bulk
from services.declaration.settings import Settings
from shared.service import Service
from tests import kits
from tests.factories import BROKER, container, filing, line
from tests.integration.declaration.asking import broken, filed, read
from tests.unit.declaration.bulk import sheets

PATH = "/v1/bulk"
CSV = "text/csv"
OWNER = UUID(int=1)


def body(number: int, **changes: Any) -> Any:
    """One filing of several."""
    return filing(reference=f"BULK-{number}", bill_of_lading=f"OSTQ26{number:06}", **changes)


def one(number: int, **changes: Any) -> Any:
    """One filing of one row."""
    weights = {"net_kg": "1000", "gross_kg": "1100"}
    return body(number, lines=[line(1)], containers=[container(1)], **weights, **changes)


async def sent(client: httpx.AsyncClient, raw: bytes, *, key: str = "k", kind: str = CSV) -> Any:
    """The job of a file that is taken."""
    headers = {"Content-Type": kind} | kits.keyed(key)
    answer = await client.post(PATH, content=raw, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def worked(service: Service, client: httpx.AsyncClient, raw: bytes, **how: Any) -> Any:
    """The job of a file once the work on it has ended."""
    job = await sent(client, raw, **how)
    while await bulk.work_once(service.kit, Settings(), owner=OWNER):
        pass
    answer = await client.get(f"{PATH}/{job['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def report(client: httpx.AsyncClient, job: Any) -> list[dict[str, str]]:
    """The lines of its report, by the first words of the headings."""
    answer = await client.get(f"{PATH}/{job['id']}/report.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    return [{name.split()[-1]: value for name, value in row.items()} for row in rows]


async def test_good_rows_are_filed_and_bad_ones_reported_with_line_column_rule_and_mend(
    service: Service, broker: httpx.AsyncClient
) -> None:
    two = [line(1), line(2, net_kg="500.5", quantity="7")]
    boxes = [container(1), container(2, lines=[1, 2])]
    good = body(1, lines=two, containers=boxes, net_kg="1500.5", gross_kg="1600")
    bad = one(2, direction="sideways", transport_mode="Q", packages="many")
    formula = one(3, direction="x") | {"reference": '=HYPERLINK("http://x")'}
    await filed(broker, **one(4))
    rows = [good, bad, formula, one(4), one(5), one(6), one(5)]
    job = await worked(service, broker, sheet.as_csv(rows).encode())
    counts = {name: job[name] for name in ("state", "filings", "filed", "refused", "remaining")}
    assert counts == {"state": "done", "filings": 7, "filed": 2, "refused": 5, "remaining": 0}
    told = await report(broker, job)
    assert {(each["Line"], each["Column"], each["Rule"]) for each in told} == {
        ("2", "", ""),
        ("4", "direction", "not_in_list"),
        ("4", "transport_mode", "unknown_code"),
        ("4", "packages", "bad_format"),
        ("5", "direction", "not_in_list"),
        ("6", "reference", "reference_taken"),
        ("7", "reference", "rows_apart"),
        ("8", "", ""),
        ("9", "reference", "rows_apart"),
    }
    words = ("问题", "Problem", "更正办法", "Mend")
    assert all(each[name] for each in told if each["Rule"] for name in words)
    assert {each["Reference"] for each in told if each["Line"] == "5"} == {
        '\'=HYPERLINK("http://x")'
    }
    found = await read(broker, told[0]["Filing"])
    assert (told[0]["Reference"], told[0]["number"]) == ("BULK-1", found["receipt_number"])
    as_json = await filed(broker, **good | {"reference": "THE SAME AS JSON"})
    assert found["consignment"] | {"reference": ""} == as_json["consignment"] | {"reference": ""}
    assert await broken(service) == {}


async def test_the_template_s_example_can_be_filed_once_its_mark_is_taken_away(
    service: Service, broker: httpx.AsyncClient
) -> None:
    answer = await broker.get(f"{PATH}/template.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="filings.csv"'
    text = answer.text.replace("# EXAMPLE", "EXAMPLE").replace("91370212MA3D4E5F65", BROKER)
    job = await worked(service, broker, text.encode())
    (row,) = await report(broker, job)
    assert row["Outcome"] == "filed", row
    found = await read(broker, row["Filing"])
    assert len(found["consignment"]["containers"]) == 2


async def test_the_same_file_is_the_same_job_and_a_cancelled_one_may_come_again(
    service: Service, broker: httpx.AsyncClient
) -> None:
    raw = sheet.as_csv([body(1)]).encode()
    job = await sent(broker, raw)
    assert (await sent(broker, raw, key="another"))["id"] == job["id"]
    answer = await broker.post(f"{PATH}/{job['id']}/cancel", headers=kits.keyed("c"))
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    again = await worked(service, broker, raw, key="third")
    assert again["id"] != job["id"]
    assert again["filed"] == 1
    late = await broker.post(f"{PATH}/{again['id']}/cancel", headers=kits.keyed("d"))
    assert (late.status_code, late.json()["code"]) == (409, "bulk_job_ended")
    assert (await worked(service, broker, raw, key="fourth"))["id"] == again["id"]


async def test_another_broker_s_file_is_not_there(
    service: Service, broker: httpx.AsyncClient
) -> None:
    job = await sent(broker, sheet.as_csv([body(1)]).encode())
    async with kits.client(service, org="91370200MA0000003B") as other:
        for path in ("", "/report.csv"):
            answer = await other.get(f"{PATH}/{job['id']}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "bulk_job_not_found")


async def test_a_file_that_is_cut_off_files_nothing(
    service: Service, broker: httpx.AsyncClient
) -> None:
    raw = sheet.as_csv([body(number) for number in range(3)]).encode()
    job = await worked(service, broker, raw[: -len(raw) // 8])
    assert (job["state"], job["filings"]) == ("refused", 0)
    assert job["refusal"]["code"] == "unreadable_file"
    assert job["refusal"]["detail"]["zh"]
    assert (await broker.get("/v1/filings")).json()["items"] == []


async def test_what_is_no_such_file_at_first_sight_is_refused_at_once(
    broker: httpx.AsyncClient,
) -> None:
    async def code(raw: bytes, kind: str = CSV) -> str:
        headers = {"Content-Type": kind} | kits.keyed("k")
        answer = await broker.post(PATH, content=raw, headers=headers)
        return str(answer.json()["errors"][0]["code"])

    assert await code(b"") == "no_header"
    assert await code(b"a,b\n1,2\n") == "no_header"
    assert await code(b"reference,secret,other\n") == "unknown_column"
    assert await code(b"reference,reference\n") == "repeated_column"
    assert await code(b"reference\n\0\n") == "unreadable_file"
    assert await code(b"reference" + b"," * 1_000_000 + b"x\n") == "no_header"
    assert await code(b"{}", "application/json") == "unsupported_file_type"


async def test_a_workbook_is_filed_as_its_rows_are(
    service: Service, broker: httpx.AsyncClient
) -> None:
    two = [line(1), line(2, net_kg="500.5", quantity="7")]
    good = body(1, lines=two, net_kg="1500.5", gross_kg="1600")
    rows = sheet.rows_of(good)
    names = list(dict.fromkeys(name for row in rows for name in row))
    numbers = {"gross_kg": 1600.0, "net_kg": 1500.5, "packages": int(rows[0]["packages"])}
    filled = [[(numbers if n == 0 else {}).get(name) or row.get(name) for name in names]
              for n, row in enumerate(rows)]  # fmt: skip
    job = await worked(service, broker, sheets.workbook([names, *filled]), kind=XLSX)
    (row,) = await report(broker, job)
    assert row["Outcome"] == "filed", row
    found = await read(broker, row["Filing"])
    as_json = await filed(broker, **good | {"reference": "THE SAME AS JSON"})
    assert found["consignment"] | {"reference": ""} == as_json["consignment"] | {"reference": ""}
    template = await broker.get(f"{PATH}/template.xlsx")
    assert (template.headers["content-type"], template.content[:2]) == (XLSX, b"PK")


async def test_a_client_s_own_key_that_looks_like_a_file_s_stops_no_file(
    service: Service, broker: httpx.AsyncClient
) -> None:
    raw = sheet.as_csv([body(1)]).encode()
    job = await sent(broker, raw)
    key = kits.keyed(f"bulk/{job['id']}/1")
    answer = await broker.post("/v1/filings", json=body(2), headers=key)
    assert answer.status_code == 201, answer.text
    assert (await worked(service, broker, raw, key="again"))["filed"] == 1
