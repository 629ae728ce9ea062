"""The book: a snapshot of everything the city knows."""

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from faq.book import FaqBook
from faq.problem import IndexDamaged


def test_a_snapshot_gives_the_same_book_back(small_book: FaqBook) -> None:
    back = FaqBook.from_json(small_book.to_json())
    assert back == small_book
    assert back.digest == small_book.digest


def test_a_snapshot_of_an_older_version_keeps_its_digest(small_book: FaqBook) -> None:
    fields = json.loads(small_book.to_json())
    del fields["decision"]  # a field that came later
    older = json.dumps(fields, ensure_ascii=False).encode()
    back = FaqBook.from_json(older)
    assert back == small_book
    assert back.digest == hashlib.sha256(older).hexdigest() != small_book.digest
    assert FaqBook.from_json(back.to_json(), back.digest).digest == back.digest


def test_any_change_changes_the_digest(small_book: FaqBook) -> None:
    first, *rest = small_book.entries
    changed = FaqBook.of([replace(first, answer=first.answer + "。"), *rest])
    assert changed.digest != small_book.digest


@pytest.mark.parametrize("snapshot", [b"", b"{}", b"[1]", b"\xff"])
def test_what_is_no_snapshot_is_refused(snapshot: bytes) -> None:
    with pytest.raises(IndexDamaged):
        FaqBook.from_json(snapshot)


def test_contacts_by_ward(small_book: FaqBook) -> None:
    kita = small_book.contact("kumin", "kita")
    assert kita is not None
    assert kita.telephone == "0999-11-0001"
    anywhere = small_book.contact("kumin", None)
    assert anywhere is not None
    assert (anywhere.name, anywhere.telephone) == ("お住まいの区の区民課", "0999-10-0000")
    assert small_book.contact("gomi", "kita") == small_book.office("gomi")
    assert small_book.contact("nobody", None) == small_book.contact_centre


def test_wards_by_id_and_name(small_book: FaqBook) -> None:
    assert small_book.ward("kita") == small_book.ward("北区")
    assert small_book.ward("西区") is None


def test_topics_count_public_entries_only(small_book: FaqBook) -> None:
    assert small_book.topics == ("ごみ", "引っ越し", "証明書")


def test_entries_know_their_ward_language_and_last_day(small_book: FaqBook) -> None:
    gomi, tennyu = small_book.by_id["gomi-day"], small_book.by_id["tennyu"]
    assert gomi.answer_for("kita") == "北区は月曜日と木曜日です。"
    assert gomi.answer_for(None) == gomi.answer_for("nishi") == gomi.answer
    assert tennyu.variant("en") is not None
    assert tennyu.variant("easy") is not None
    assert tennyu.variant("ko") is None
    campaign = small_book.by_id["battery-campaign"]
    assert campaign.is_current(date(2027, 3, 31))
    assert not campaign.is_current(date(2027, 4, 1))


def test_fixed_sentences_speak_languages_and_vary(small_book: FaqBook) -> None:
    sentence = small_book.sentence("unanswered")
    assert sentence is not None
    assert sentence.in_language("en") == "We could not find an answer."
    assert sentence.in_language("easy") == "こたえが みつかりませんでした。"
    assert sentence.in_language("ko") == sentence.text[0]
    assert [sentence.in_language("ja", turn) for turn in (0, 1, 2)] == [
        sentence.text[0],
        sentence.text[1],
        sentence.text[0],
    ]
    assert small_book.sentence("nothing") is None
