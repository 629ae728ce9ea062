"""A clerk at the console: reads the inbox as it is sent over HTTP, and presses its buttons."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

import httpx

_INBOX: Final = "/staff/"
_COUNT: Final = re.compile(r"(\d+) 件")
_WRITTEN: Final = {"answer": "担当の課にお問い合わせください。", "topic": "くらし"}
_DECISIONS: Final = {"市の仕事でない": "not_ours", "あいさつ・雑談": "small_talk"}
_NEXT: Final = 20


@dataclass
class Form:
    """A form as a browser would send it, with what there is to choose from."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """A button or a link: where it leads, what it sends, and whether it must be unfolded first."""

    address: str
    form: Form | None
    extra: Mapping[str, str]
    is_folded: bool
    is_proposal: bool

    @property
    def sent(self) -> dict[str, str]:
        """What pressing it sends."""
        return {**(self.form.values if self.form else {}), **self.extra}


@dataclass
class Part:
    """A cluster of the inbox, or a whole page: what it says and what can be pressed."""

    text: str = ""
    ways: list[Way] = field(default_factory=list)


class Screen(HTMLParser):
    """A page as the clerk sees it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.whole = Part()
        self.clusters: list[Part] = []
        self._form: Form | None = None
        self._name = ""
        self._is_area = self._is_cluster = False
        self._folds = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        match tag:
            case "article":
                self._is_cluster = True
                self.clusters.append(Part())
            case "details":
                self._folds += 1
            case "form":
                self._form = Form(
                    told.get("action", "").partition("#")[0], told.get("method", "get")
                )
            case "button" | "a":
                self._pressable(tag, told)
            case "input" | "textarea" | "select" | "option":
                self._control(tag, told)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "article":
                self._is_cluster = False
            case "details":
                self._folds -= 1
            case "form":
                self._form = None
            case "textarea":
                self._is_area = False

    def handle_data(self, data: str) -> None:
        if self._is_area and self._form:
            self._form.values[self._name] += data
        for part in self._parts():
            part.text += data

    def _parts(self) -> list[Part]:
        return [self.whole, self.clusters[-1]] if self._is_cluster else [self.whole]

    def _pressable(self, tag: str, told: dict[str, str]) -> None:
        if tag == "button" and self._form is None:
            return
        extra = {told["name"]: told.get("value", "")} if tag == "button" and "name" in told else {}
        address = told.get("href", "") if tag == "a" else self._form.action if self._form else ""
        form = self._form if tag == "button" else None
        way = Way(address, form, extra, self._folds > 0, told.get("data-key") == "a")
        for part in self._parts():
            part.ways.append(way)

    def _control(self, tag: str, told: dict[str, str]) -> None:
        if self._form is None:
            return
        name, value = told.get("name", self._name), told.get("value", "")
        if tag == "option":
            if name in self._form.choices:  # else it only suggests what may be typed
                self._form.choices[name].append(value)
                if "selected" in told:
                    self._form.values[name] = value
            return
        self._name, self._is_area = name, tag == "textarea"
        if tag == "select" or told.get("type") in ("radio", "checkbox"):
            self._form.choices.setdefault(name, [])
        if told.get("type") in ("radio", "checkbox"):
            self._form.choices[name].append(value)
            if "checked" not in told:
                return
        self._form.values[name] = value


@dataclass(frozen=True)
class Cleared:
    """What clearing one cluster took."""

    kind: str
    misses: int
    actions: int
    forms: int
    as_proposed: bool


class Clerk:
    """Clears the inbox, knowing what each wording is about: a kind of need, and its entry.

    `questions` are the entries' questions by their ids: what the clerk looks an entry up with.
    """

    def __init__(
        self,
        client: httpx.Client,
        needs: Mapping[str, tuple[str, str]],
        questions: Mapping[str, str],
    ) -> None:
        self._client = client
        self._needs = needs
        self._questions = questions
        self._actions = self._forms = 0

    def wait_for(self, misses: int, seconds: float) -> None:
        """Return when all misses are sorted and every cluster has its proposals."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            clusters = list(self._listed())
            ready = all("提案を用意しています" not in one.text for one in clusters)
            if ready and sum(map(_misses, clusters)) == misses:
                return
            time.sleep(1)
        raise SystemExit("the misses are not sorted in time")

    def clear_all(self) -> list[Cleared]:
        """Clear the first cluster of the inbox until there is none."""
        cleared: list[Cleared] = []
        screen = self._get(_INBOX)
        while screen.clusters:
            before = screen.clusters[0].text
            cleared.append(self._clear(screen.clusters[0]))
            screen = self._get(_INBOX)
            if screen.clusters and screen.clusters[0].text == before:
                raise SystemExit(f"this does not go away: {before}")
        if "要対応はありません" not in screen.whole.text:
            raise SystemExit("the inbox is not empty")
        return cleared

    def _listed(self) -> Iterator[Part]:
        first = 0
        while clusters := self._get(f"{_INBOX}?first={first}").clusters:
            yield from clusters
            first += _NEXT

    def _clear(self, cluster: Part) -> Cleared:
        self._actions = self._forms = 0
        kind, entry_id = self._need(cluster)
        way = _right_way(cluster, kind, entry_id)
        if way is None:
            self._choose(cluster, entry_id)
        elif way.form:
            self._press(way)
        else:
            self._write(self._press(way))
        as_proposed = way is not None and way.is_proposal
        return Cleared(kind, _misses(cluster), self._actions, self._forms, as_proposed)

    def _need(self, cluster: Part) -> tuple[str, str]:
        """Return what most of the wordings that are shown are about."""
        said = Counter(need for text, need in self._needs.items() if text in cluster.text)
        if not said:
            raise SystemExit(f"nobody asked this: {cluster.text}")
        return said.most_common(1)[0][0]

    def _choose(self, cluster: Part, entry_id: str) -> None:
        """Look the right entry up on the cluster's own page."""
        page = self._press(next(one for one in cluster.ways if one.address.endswith("#choose")))
        way = _choosing(page, entry_id)
        if way is None:
            search = next(one for one in page.whole.ways if one.form and "q" in one.form.values)
            page = self._press(search, q=self._questions[entry_id])
            way = _choosing(page, entry_id)
        if way is None:
            raise SystemExit(f"not among the entries to choose from: {entry_id}")
        self._press(way, entry_id=entry_id)

    def _write(self, page: Screen) -> None:
        """Write a new entry: what must be filled in."""
        way = next(one for one in page.whole.ways if one.address == "/staff/entries" and one.form)
        assert way.form, "it was looked for"
        owner = next(filter(None, way.form.choices["owner"]))
        self._press(way, **_WRITTEN, owner=owner)

    def _press(self, way: Way, **written: str) -> Screen:
        """Press a button or a link; where it is folded away, unfolding it is a press, too."""
        self._actions += 1 + way.is_folded
        if way.form is None:
            return self._get(way.address)
        self._forms += 1
        if way.form.method == "get":
            return self._get(f"{way.address}?{urlencode({**way.sent, **written})}")
        answer = self._client.post(way.address, data={**way.sent, **written})
        if answer.status_code != 303:
            raise SystemExit(
                f"{way.address}: {answer.status_code}\n{Screen(answer.text).whole.text}"
            )
        return self._get(answer.headers["location"])

    def _get(self, address: str) -> Screen:
        answer = self._client.get(address, headers={"accept": "text/html"})
        answer.raise_for_status()
        return Screen(answer.text)


def _right_way(cluster: Part, kind: str, entry_id: str) -> Way | None:
    """Return the nearest button or link for a need: an open one before one that is folded away."""
    right = [one for one in cluster.ways if _is_right(one, kind, entry_id)]
    return min(right, key=lambda one: one.is_folded, default=None)


def _is_right(way: Way, kind: str, entry_id: str) -> bool:
    match kind:
        case "聞き方が足りない":
            return way.address.endswith("/phrasing") and way.sent.get("entry_id") == entry_id
        case "FAQがない":
            return way.form is None and "/staff/entries/new?" in way.address
        case "個人情報":
            return way.address.endswith("/erase")
        case _:
            return way.sent.get("decision") == _DECISIONS[kind]


def _choosing(page: Screen, entry_id: str) -> Way | None:
    return next(
        (
            one
            for one in page.whole.ways
            if one.form and entry_id in one.form.choices.get("entry_id", ())
        ),
        None,
    )


def _misses(cluster: Part) -> int:
    found = _COUNT.search(cluster.text)
    return int(found[1]) if found else 0
