"""Whatever is sent: an answer below 500 in the known shape, and the service goes on."""

import gc
import json
import time
from collections.abc import Iterable, Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.backend import Backend
from tests.faults.hostile import (
    ASK,
    FEEDBACK,
    JSON,
    Attack,
    addresses,
    broken_json,
    forms,
    mutations,
    text_attacks,
    texts,
)

FAMILIES = {
    "texts": texts,
    "broken JSON": broken_json,
    "forms": forms,
    "addresses": addresses,
    "mutations": lambda: mutations(500, seed=20261124),
}
SLOWEST = 5.0
"""Seconds; generous for a busy machine, yet far below what a backtracking pattern would take."""

# Each example is a request to one server: what it recorded before does not change the answer.
HOSTILE = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)
WITH_SURROGATES = st.text(st.characters(codec=None, categories=("Cs", "Cc", "Cf", "Lo", "Mn")))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(["text", "lang", "session", "context", "inquiry_id", "helpful", "reason"])


def send(site: httpx.Client, attack: Attack) -> httpx.Response | None:
    """Send an attack; None when this client cannot even form the request."""
    try:
        url = httpx.URL(str(site.base_url)).copy_with(raw_path=attack.path.encode())
    except httpx.InvalidURL:
        return None
    headers = {name: value.encode("utf-8") for name, value in attack.headers.items()}
    began = time.monotonic()
    try:
        response = site.request(attack.method, url, content=attack.body, headers=headers)
    except httpx.LocalProtocolError:
        return None
    assert time.monotonic() - began < SLOWEST, attack
    return response


def check(response: httpx.Response, attack: Attack) -> None:
    assert response.status_code < 500, f"{attack}: {response.status_code} {response.text[:300]}"
    if "x-request-id" not in response.headers:
        # Not HTTP at all: refused by the server before there is a request.
        assert (response.status_code, response.text) == (400, "Invalid HTTP request received.")
        return
    content = response.content.decode("utf-8")  # never a lone surrogate, whatever came in
    if attack.method == "HEAD" or response.status_code < 400 or _is_preflight(attack):
        return
    if attack.path.startswith("/api/") or response.headers["content-type"] == "application/json":
        error = json.loads(content)["error"]
        assert set(error) == {"code", "message", "field", "request_id"}, attack
        assert error["request_id"] == response.headers["x-request-id"]
        assert error["message"]
    else:
        assert response.headers["content-type"] == "text/html; charset=utf-8", attack


def _is_preflight(attack: Attack) -> bool:
    return attack.method == "OPTIONS" and "access-control-request-method" in attack.headers


def attack_all(site: httpx.Client, attacks: Iterable[Attack]) -> None:
    for attack in attacks:
        response = send(site, attack)
        if response is not None:
            check(response, attack)


@pytest.fixture(autouse=True)
def _alive_afterwards(site: httpx.Client, backend: Backend) -> Iterator[None]:
    yield
    assert site.get("/healthz").json() == {"status": "ok"}
    response = site.post(ASK, json={"text": "粗大ごみを捨てたい"})
    assert response.json()["answer"]["entry_id"] == "sodai-gomi"
    for inquiry in backend.inquiries.each():
        kept = inquiry.text + (inquiry.ward or "") + inquiry.language
        assert kept.isprintable(), kept


def test_there_are_at_least_two_thousand_hostile_requests() -> None:
    assert sum(len(list(family())) for family in FAMILIES.values()) >= 2_000


# Starlette leaves the file of an upload that breaks off to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_sent_breaks_the_service(site: httpx.Client, family: str) -> None:
    attack_all(site, FAMILIES[family]())
    gc.collect()  # here, and not in the middle of a test that knows nothing of it


@settings(HOSTILE, max_examples=80)
@given(text=ANY_TEXT | WITH_SURROGATES)
def test_no_text_breaks_the_service(site: httpx.Client, text: str) -> None:
    attack_all(site, text_attacks(text))


@HOSTILE
@given(fields=st.dictionaries(FIELDS | ANY_TEXT, ANY_JSON, max_size=5))
def test_no_json_breaks_the_service(site: httpx.Client, fields: dict[str, object]) -> None:
    body = json.dumps(fields).encode("ascii")
    attack_all(site, [Attack("POST", path, body, JSON) for path in (ASK, FEEDBACK)])


@HOSTILE
@given(body=st.binary(max_size=200))
def test_no_bytes_break_the_service(site: httpx.Client, body: bytes) -> None:
    kinds = (JSON, {"content-type": "application/x-www-form-urlencoded"}, {})
    for headers in kinds:
        attack_all(site, [Attack("POST", path, body, headers) for path in (ASK, "/chat")])


@pytest.mark.acceptance
def test_twenty_thousand_more(site: httpx.Client) -> None:
    attack_all(site, mutations(20_000, seed=1))
