"""Pages as a browser sees them: where they lead, and what they would load."""

from html.parser import HTMLParser

import httpx

from tests import plain

LOADING = {"src", "srcset", "data", "poster", "background"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.leads: set[str] = set()
        self.loads: set[str] = set()
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element refers to."""
        for name, value in attrs:
            if name == "id":
                self.anchors.add(value or "")
            if name == "href" and tag == "a":
                self.leads.add(value or "")
            elif name in LOADING or name == "href":
                self.loads.add(value or "")


def walk(url: str, *, begin: str) -> dict[str, httpx.Response]:
    """All that pages lead to from one on, each answered well. Nothing is loaded by any."""
    seen: dict[str, httpx.Response] = {}
    anchors: dict[str, set[str]] = {}
    named: set[tuple[str, str]] = set()
    left = [begin]
    with httpx.Client(base_url=url, trust_env=False, timeout=60, verify=plain.HTTP) as http:
        while left:
            path = left.pop()
            answer = seen[path] = http.get(path)
            assert answer.status_code == 200, (path, answer.text)
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            page = _Page()
            page.feed(answer.text)
            assert page.loads == set(), path
            anchors[path] = page.anchors
            for lead in page.leads:
                assert lead.startswith("/"), (path, lead)
                to, _, anchor = lead.partition("#")
                named |= {(to, anchor)} if anchor else set()
                if to not in seen and to not in left and not to.startswith("/problems/"):
                    left.append(to)
            left += sorted(each for each in page.leads if each.startswith("/problems/"))[:1]
    assert [each for each in named if each[1] not in anchors[each[0]]] == []
    return seen
