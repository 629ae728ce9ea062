import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.slips import Speller
from nlp.tokeniser import SudachiTokeniser

WORDS = {
    "戸籍謄本": 5,
    "市民税": 9,
    "離婚届": 3,
    "婚姻届": 4,
    "図書館": 7,
    "図書室": 2,
    "生ごみ": 6,
    "年末年始": 3,
    "介護士": 2,
    "天引き": 2,
    "支払い": 8,
}


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(WORDS, SudachiTokeniser())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("戸席謄本の値段", "戸籍謄本の値段"),
        ("婚因届どこに出すの", "婚姻届どこに出すの"),
        ("図所館カードつくる", "図書館カードつくる"),
        ("年末年姶のゴミ", "年末年始のゴミ"),
        ("住民税がはらえn", "住民税がはらえん"),
        ("とどkえを出す", "とどけを出す"),
        ("そうだnn窓口", "そうだん窓口"),
    ],
)
def test_slips_are_mended_with_the_words_of_the_faq(
    speller: Speller, typed: str, meant: str
) -> None:
    assert speller.mend(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "県民税はいくら",  # a tax of its own beside 市民税
        "割れた茶碗は何ごみで出すの",
        "国保が7割引きになる",
        "税金の二重払い",
        "助産師さんが来る",
        "弁護士に相談したい",
        "図書館と離婚届",
        "Nintendoを捨てたい",
        "ATMはどこ",
        "How do I pay?",
        "",
    ],
)
def test_what_can_be_meant_stays(speller: Speller, text: str) -> None:
    assert speller.mend(text) == text


def test_without_words_nothing_is_mended() -> None:
    assert Speller({}, SudachiTokeniser()).mend("戸席謄本") == "戸席謄本"


@given(st.text(alphabet="戸席籍謄本婚因姻届図所書館県市民税nkえん 1", max_size=12))
def test_mending_keeps_the_length_of_words_and_ends(text: str) -> None:
    mended = SPELLER.mend(text)
    assert len(mended) <= len(text)
    assert len(SPELLER.mend(mended)) <= len(mended)


SPELLER = Speller(WORDS, SudachiTokeniser())
