"""What the service counts of itself, over real HTTP."""

import re

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families as families

from bot.live_desk import LiveDesk
from channels.backend import Backend
from channels.metrics import Metrics
from faq.entry import Audience
from tests.conftest import serving

WORDS = ("山田花子", "090-1234-5678", "粗大ごみ", "小浜手町")


def figures(site: httpx.Client) -> dict[str, float]:
    """Return every sample that the page shows, by its name and labels."""
    response = site.get("/metrics")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        sample.name
        + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in families(response.text)
        for sample in family.samples
    }


def ask(site: httpx.Client, text: str) -> str:
    return str(site.post("/api/v1/questions", json={"text": text}).json()["inquiry_id"])


def test_replies_are_counted_by_kind_and_channel(site: httpx.Client) -> None:
    before = figures(site)
    assert before["toiawase_replies_total channel=web kind=answered"] == 0
    ask(site, "粗大ごみを捨てたい")
    site.post("/chat", data={"text": "粗大ごみを捨てたい"})
    ask(site, "ありがとう")
    after = figures(site)
    assert after["toiawase_replies_total channel=web kind=answered"] == 2
    assert after["toiawase_replies_total channel=web kind=fixed"] == 1
    assert after["toiawase_confidence_count kind=answered"] == 2
    assert "toiawase_confidence_count kind=fixed" not in after
    assert after["toiawase_reply_seconds_count channel=web"] == 3


def test_misses_and_feedback_are_counted_once_for_each_reply(site: httpx.Client) -> None:
    ask(site, "宇宙人と話がしたい")
    inquiry_id = ask(site, "粗大ごみを捨てたい")
    for helpful in (False, False, True):
        given = {"inquiry_id": inquiry_id, "helpful": helpful}
        assert site.post("/api/v1/feedback", json=given).status_code == 200
    found = figures(site)
    assert found["toiawase_misses_total reason=not_helpful"] == 1
    assert found["toiawase_feedback_total helpful=false"] == 1
    assert found["toiawase_feedback_total helpful=true"] == 0
    missed = [found[f"toiawase_misses_total reason={why}"] for why in ("no_entry", "unsure")]
    assert sum(missed) == 1


def test_what_is_refused_is_counted_by_status(site: httpx.Client) -> None:
    site.post("/api/v1/questions", json={"text": ""})
    site.post("/api/v1/questions", content=b"x" * 70_000)
    site.get("/nowhere")
    found = figures(site)
    for code in (404, 413, 422):
        assert found[f"toiawase_rejected_total code={code}"] == 1
    assert "toiawase_rejected_total code=200" not in found


def test_the_release_the_build_and_the_process_are_told(
    site: httpx.Client, backend: Backend
) -> None:
    found = figures(site)
    digest = backend.shelf.desk().book.digest
    assert found[f"toiawase_release digest={digest}"] == 1
    assert any(name.startswith("toiawase_build_info ") for name in found)
    assert found["process_resident_memory_bytes"] > 0
    assert found["toiawase_spool_depth"] == 0
    assert found["toiawase_deliveries_waiting"] == 0


def test_what_waits_is_asked_for_when_the_page_is_read(backend: Backend) -> None:
    depth = iter([3, 7])
    metrics = Metrics(
        LiveDesk(backend.shelf, backend.releases),
        backend.clock,
        lambda: 2,
        spool_depth=lambda: next(depth),
    )
    assert b"toiawase_spool_depth 3.0" in metrics.page()
    assert b"toiawase_spool_depth 7.0" in metrics.page()
    assert b"toiawase_deliveries_waiting 2.0" in metrics.page()
    assert b"toiawase_release{" not in metrics.page()  # none is loaded


def test_a_database_that_is_gone_does_not_hide_the_rest(backend: Backend) -> None:
    def fail() -> int:
        raise OSError("no disk")

    page = Metrics(LiveDesk(backend.shelf, backend.releases), backend.clock, fail, fail).page()
    assert b"toiawase_deliveries_waiting NaN" in page
    assert b"process_start_time_seconds" in page


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_what_came_through_a_proxy_finds_no_metrics(site: httpx.Client, header: str) -> None:
    assert site.get("/metrics", headers={header: "203.0.113.9"}).status_code == 404


@pytest.mark.parametrize("only", ["public", "staff"])
def test_citizens_alone_or_staff_alone_have_metrics(backend: Backend, only: Audience) -> None:
    with serving(backend, only=only) as address, httpx.Client(base_url=address) as client:
        assert "toiawase_replies_total channel=staff kind=answered" in figures(client)


def test_nothing_a_citizen_wrote_is_shown(site: httpx.Client) -> None:
    ask(site, "".join(WORDS))
    site.get(f"/faq/{WORDS[0]}", params={"q": WORDS[1]})
    site.request(WORDS[1].replace("-", ""), f"/{WORDS[0]}")
    site.post("/api/v1/questions", json={"text": "ごみ", WORDS[0]: WORDS[1]})
    page = site.get("/metrics").text
    assert [word for word in WORDS if word in page] == []
    assert not re.search(r"127\.0\.0\.1", page)


def test_applications_in_one_process_count_apart(backend: Backend) -> None:
    with serving(backend) as one, serving(backend) as other:
        with httpx.Client(base_url=one) as first, httpx.Client(base_url=other) as second:
            ask(first, "粗大ごみを捨てたい")
            name = "toiawase_replies_total channel=web kind=answered"
            assert (figures(first)[name], figures(second)[name]) == (1, 0)
    assert [one.name for one in REGISTRY.collect() if one.name.startswith("toiawase")] == []
