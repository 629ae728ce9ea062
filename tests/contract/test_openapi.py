"""The HTTP API does not change by accident."""

import difflib

from scripts.write_openapi import SNAPSHOT, openapi_text


def test_the_api_is_the_one_of_the_snapshot() -> None:
    kept = SNAPSHOT.read_text(encoding="utf-8")
    found = openapi_text()
    difference = difflib.unified_diff(
        kept.splitlines(), found.splitlines(), "openapi.json", "the program", lineterm="", n=2
    )
    assert found == kept, "\n".join(
        ["the HTTP API changed; if that was meant, run `make snapshot` and commit it:", *difference]
    )
