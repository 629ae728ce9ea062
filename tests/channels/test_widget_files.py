"""The widget's files and the pages about them."""

import base64
import hashlib

import httpx
import pytest

from channels.backend import Backend, open_backend
from channels.web.widget_files import integrity, versions
from tests.conftest import NOON, serving


@pytest.mark.parametrize("path", ["/widget/v1.js", f"/widget/{versions()[-1]}/widget.js"])
def test_any_page_may_load_the_widget_and_keep_it(site: httpx.Client, path: str) -> None:
    first = site.get(path, headers={"origin": "https://elsewhere.example"})
    assert first.status_code == 200
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert first.headers["access-control-allow-origin"] == "*"
    again = site.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_version_never_changes_and_the_moving_one_does(site: httpx.Client) -> None:
    version = versions()[-1]
    pinned = site.get(f"/widget/{version}/widget.js")
    assert "immutable" in pinned.headers["cache-control"]
    digest = base64.b64encode(hashlib.sha384(pinned.content).digest()).decode()
    assert integrity(version) == f"sha384-{digest}"
    assert f"{integrity(version)}" in site.get("/embed").text
    assert "immutable" not in site.get("/widget/v1.js").headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/widget/9.9.9/widget.js", "/widget/../settings.py/widget.js", "/widget/strings/xx.json"],
)
def test_what_was_never_built_is_not_there(site: httpx.Client, path: str) -> None:
    assert site.get(path).status_code == 404


def test_the_sample_page_is_of_a_demo_only(site: httpx.Client, backend: Backend) -> None:
    assert site.get("/demo").status_code == 200
    production = backend.settings.model_copy(update={"mode": "production"})
    with (
        serving(open_backend(production, lambda: NOON)) as address,
        httpx.Client(base_url=address, timeout=20) as other,
    ):
        assert other.get("/demo").status_code == 404
        assert "/demo" not in other.get("/embed").text


def test_a_choice_is_answered_and_not_recorded(site: httpx.Client, backend: Backend) -> None:
    asked = site.post("/api/v1/questions", json={"text": "引っ越してきた", "session": "s"}).json()
    chosen = {
        "entry_id": "sodai-gomi",
        "session": "s",
        "inquiry_id": asked["inquiry_id"],
    }
    reply = site.post("/api/v1/choices", json=chosen).json()
    assert reply["answer"]["entry_id"] == "sodai-gomi"
    assert reply["inquiry_id"] == asked["inquiry_id"]
    assert len(list(backend.inquiries.each())) == 1
    for hidden in ("counter-manual", "nowhere"):
        response = site.post("/api/v1/choices", json={"entry_id": hidden})
        assert response.status_code == 404


def test_what_is_said_before_anybody_asks(site: httpx.Client) -> None:
    told = site.get("/api/v1/site", params={"lang": "en"}).json()
    assert told["city"] == "小浜手市"
    assert told["greeting"]
    assert told["contact"]["telephone"]
