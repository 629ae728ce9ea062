"""Words of a question."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tokeniser import SudachiTokeniser


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("粗大ごみを出したいのですが", ("粗大", "ごみ", "出す")),
        ("ｺﾞﾐ ゴミ ごみ", ("ごみ", "ごみ", "ごみ")),
        ("引越し", ("引っ越し",)),
        ("はい、ですか？", ()),
        ("燃えないごみ", ("燃える", "燃えるない", "ごみ")),
        ("それはどこ", ()),
        ("", ()),
    ],
)
def test_content_words_in_one_form(
    tokeniser: SudachiTokeniser, text: str, terms: tuple[str, ...]
) -> None:
    assert tokeniser.terms(text) == terms


def test_a_long_answer_is_split_without_losing_words(tokeniser: SudachiTokeniser) -> None:
    sentence = "住民票の写しは区役所の窓口で取れます。"
    whole = tokeniser.terms(sentence * 1_000)
    assert whole == tokeniser.terms(sentence) * 1_000


@pytest.mark.parametrize("text", ["\ufdfa" * 3_000, "一" * 60_000, "㍿" * 20_000])
def test_texts_beyond_what_sudachi_takes_at_once(tokeniser: SudachiTokeniser, text: str) -> None:
    assert isinstance(tokeniser.terms(text), tuple)


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_has_terms_or_none(text: str) -> None:
    assert all(TOKENISER.terms(text))


TOKENISER = SudachiTokeniser()


def test_what_is_known_of_a_text_is_not_read_again(tokeniser: SudachiTokeniser) -> None:
    knowing = tokeniser.knowing({"図書館へ行く": ("本",)})
    assert knowing.terms("図書館へ行く") == ("本",)
    assert knowing.terms("図書館へ行った") == tokeniser.terms("図書館へ行った")
    assert tokeniser.terms("図書館へ行く") != ("本",)


def test_eight_threads_share_one_tokeniser(tokeniser: SudachiTokeniser) -> None:
    expected = tokeniser.terms("国民健康保険の届け出は14日以内です")
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(1_000):
            try:
                found = tokeniser.terms("国民健康保険の届け出は14日以内です")
            except Exception as error:
                wrong.append(error)
            else:
                if found != expected:
                    wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
