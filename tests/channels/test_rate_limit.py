"""How much one address may ask, over real HTTP; time is told, so that nobody has to wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn
from pydantic import ValidationError
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from channels.backend import Backend
from channels.settings import Settings
from channels.web.rate_limit import Budget, RateLimit, TokenBuckets, budgets, network_of
from tests.conftest import serving
from tests.in_thread import running_in_thread

HTML = {"accept": "text/html"}
QUESTION = {"text": "粗大ごみを捨てたい"}
ASKING = Budget("questions", 60)


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def limited(
    backend: Backend, rate_limit: str, origins: tuple[str, ...] = ()
) -> Iterator[httpx.Client]:
    changed = {"rate_limit": rate_limit, "allowed_origins": origins}
    behind = replace(backend, settings=backend.settings.model_copy(update=changed))
    with serving(behind) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client


@contextmanager
def plain_server(app: ASGIApp) -> Iterator[str]:
    config = uvicorn.Config(
        app, port=0, log_config=None, proxy_headers=True, forwarded_allow_ips="127.0.0.1"
    )
    with running_in_thread(config) as address:
        yield address


def test_who_asks_too_often_is_told_how_long_to_wait(backend: Backend) -> None:
    with limited(backend, "3") as site:
        answers = [site.post("/api/v1/questions", json=QUESTION) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        error = refused.json()["error"]
        assert error["code"] == "too_many"
        assert "少し待ってから" in error["message"]
        assert error["request_id"] == refused.headers["x-request-id"]
        # The plain form asks from the same budget; everything else goes on.
        page = site.post("/chat", data=QUESTION, headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert "少し待ってからお試しください" in page.text
        assert "小浜手" in page.text or "お問い合わせ" in page.text  # in the look of the site
        assert int(page.headers["retry-after"]) >= 1
        for path in ("/", "/chat", "/faq/", "/api/v1/topics", "/api/v1/suggestions?q=ごみ"):
            assert site.get(path).status_code == 200
        given = {"inquiry_id": answers[0].json()["inquiry_id"], "helpful": True}
        assert site.post("/api/v1/feedback", json=given).status_code == 200
        assert 'toiawase_rejected_total{code="429"} 2.0' in site.get("/metrics").text


def test_feedback_and_suggestions_have_budgets_of_their_own(backend: Backend) -> None:
    with limited(backend, "2") as site:
        inquiry_id = site.post("/api/v1/questions", json=QUESTION).json()["inquiry_id"]
        given = {"inquiry_id": inquiry_id, "helpful": True}
        told = [site.post("/api/v1/feedback", json=given).status_code for _ in range(3)]
        assert told == [200, 200, 429]
        typed = [site.get("/api/v1/suggestions", params={"q": "ご"}) for _ in range(11)]
        assert [one.status_code for one in typed] == [200] * 10 + [429]
        assert site.post("/api/v1/questions", json=QUESTION).status_code == 200


def test_a_widget_on_another_site_can_read_that_it_has_to_wait(backend: Backend) -> None:
    origin = "https://www.city.kohamate.example"
    with limited(backend, "1", (origin,)) as site:
        asked = [
            site.post("/api/v1/questions", json=QUESTION, headers={"origin": origin})
            for _ in range(2)
        ]
        assert asked[1].status_code == 429
        assert asked[1].headers["access-control-allow-origin"] == origin
        assert "retry-after" in asked[1].headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize("rate_limit", ["off", "on"])
def test_an_office_behind_one_address_is_not_locked_out(backend: Backend, rate_limit: str) -> None:
    with limited(backend, rate_limit) as site:
        for _ in range(120):
            assert site.post("/api/v1/questions", json=QUESTION).status_code == 200
        more = [site.post("/api/v1/questions", json=QUESTION).status_code for _ in range(100)]
        assert (429 in more) is (rate_limit == "on")


def test_addresses_have_budgets_apart_and_get_them_back_with_time() -> None:
    clock = Clock()

    def page(_request: object, status: int) -> Response:
        return PlainTextResponse("", status)

    app = RateLimit(PlainTextResponse("ok"), budgets(2), page, TokenBuckets(clock))
    with plain_server(app) as address, httpx.Client(base_url=address) as client:

        def ask(source: str) -> httpx.Response:
            return client.post("/api/v1/questions", headers={"x-forwarded-for": source})

        assert [ask("203.0.113.1").status_code for _ in range(3)] == [200, 200, 429]
        assert ask("203.0.113.2").status_code == 200
        assert ask("203.0.113.1").headers["retry-after"] == "30"
        clock.now += 30
        assert [ask("203.0.113.1").status_code for _ in range(2)] == [200, 429]
        assert ask("2001:db8:1:2::1").status_code == 200
        assert [ask(f"2001:db8:1:2::{n}").status_code for n in (2, 3)] == [200, 429]
        assert ask("2001:db8:1:3::1").status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_address_stands_for_a_home(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_is_remembered_is_bounded_and_forgotten() -> None:
    clock = Clock()
    buckets = TokenBuckets(clock, most_known=100)
    for number in range(1_000):
        assert buckets.take(f"198.51.{number // 250}.{number % 250}", ASKING) == 0
    assert len(buckets) == 100
    clock.now += 60
    buckets.take("203.0.113.1", ASKING)
    assert len(buckets) == 1


def test_addresses_are_not_kept_as_they_are() -> None:
    buckets = TokenBuckets(Clock())
    buckets.take("203.0.113.1", ASKING)
    assert "203.0.113" not in repr(vars(buckets))


@pytest.mark.parametrize(("told", "a_minute"), [("on", 120), ("off", None), ("240", 240)])
def test_the_setting_is_a_word_or_a_number(told: str, a_minute: int | None) -> None:
    assert Settings(rate_limit=told).questions_a_minute == a_minute


@pytest.mark.parametrize("told", ["", "0", "-1", "yes", "1.5"])
def test_another_setting_is_refused(told: str) -> None:
    with pytest.raises(ValidationError):
        Settings(rate_limit=told)


def test_it_is_on_where_nobody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOIAWASE_RATE_LIMIT")
    assert Settings().questions_a_minute == 120


ADDRESS = "203.0.113.1"


def together(clock: Clock) -> tuple[TokenBuckets, TokenBuckets]:
    """The buckets of two processes that hash addresses alike."""
    return TokenBuckets(clock, key=b"shared"), TokenBuckets(clock, key=b"shared")


def tell(teller: TokenBuckets, hearer: TokenBuckets) -> dict[str, int]:
    told = teller.to_tell()
    for hashed, spent in told.items():
        hearer.hear("teller", hashed, spent)
    return told


def test_what_was_spent_elsewhere_is_spent_here() -> None:
    clock = Clock()
    one, two = together(clock)
    for _ in range(40):
        assert one.take(ADDRESS, ASKING) == 0
    assert two.take(ADDRESS, ASKING) == 0
    told = tell(one, two)
    assert list(told.values()) == [40]
    for hashed, spent in told.items():
        two.hear("teller", hashed, spent)  # what is told again counts once
    for _ in range(19):
        assert two.take(ADDRESS, ASKING) == 0
    assert two.take(ADDRESS, ASKING) == 1
    assert tell(one, two) == {}
    clock.now += 1
    assert two.take(ADDRESS, ASKING) == 0


def test_nobody_is_told_of_who_has_hardly_begun() -> None:
    one, _ = together(Clock())
    for _ in range(6):
        one.take(ADDRESS, ASKING)
    assert one.to_tell() == {}
    one.take(ADDRESS, ASKING)
    assert list(one.to_tell().values()) == [7]


def test_a_process_that_has_begun_anew_counts_from_nothing() -> None:
    clock = Clock()
    one, two = together(clock)
    two.take(ADDRESS, ASKING)
    for _ in range(30):
        one.take(ADDRESS, ASKING)
    tell(one, two)
    again, _ = together(clock)
    for _ in range(10):
        again.take(ADDRESS, ASKING)
    tell(again, two)
    left = 0
    while two.take(ADDRESS, ASKING) == 0:
        left += 1
    assert left == 60 - 1 - 30 - 10


def test_more_than_the_budget_makes_nobody_wait_longer() -> None:
    one, two = together(Clock())
    two.take(ADDRESS, ASKING)
    (hashed,) = two._buckets
    two.hear("another", hashed, 5_000)
    assert two.take(ADDRESS, ASKING) == 1
    del one
