"""Questions in kana, and which script a question is in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.kana import KanaLexicon, hiragana
from nlp.language import language_of
from nlp.normalise import normalise
from nlp.script import has_japanese_words
from nlp.tokeniser import SudachiTokeniser

FAQ = [
    "住民票の写しはどこで取れますか。",
    "印鑑登録証明書をコンビニで取れます。",
    "引っ越したときの手続きはどうすればよいですか。",
    "粗大ごみを捨てたいです。",
]


@pytest.fixture(scope="module")
def lexicon() -> KanaLexicon:
    return KanaLexicon.of_texts(FAQ, SudachiTokeniser())


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("じゅうみんひょうがほしい", "住民票がほしい"),
        ("こんびにでいんかんとうろくしょうめいしょ", "コンビニで印鑑登録証明書"),
        ("コンビニデ", "コンビニで"),
        ("どうすればいい", "どうすればいい"),
        ("じゆうみんひよう", "住民票"),
        ("とーろくは どーすればいい", "登録は どーすればいい"),
        ("じゅうみんひょうって", "住民票って"),
        ("ひっこしたときのてつづき", "引っ越したときの手続き"),
        ("住民票どこでとるの", "住民票どこでとるの"),
        ("hello", "hello"),
        ("", ""),
    ],
)
def test_kana_become_the_words_of_the_faq(lexicon: KanaLexicon, typed: str, written: str) -> None:
    assert lexicon.rewrite(typed) == written


def test_words_are_not_cut_out_of_the_endings_of_others() -> None:
    faq = [*["相談したい方は区民課へ行ってください。"] * 9, "道路で死体を見つけたときの連絡先"]
    lexicon = KanaLexicon.of_texts(
        [f"{at}. {text}" for at, text in enumerate(faq)], SudachiTokeniser()
    )
    assert lexicon.rewrite("そうだんしたいのですが") == "相談したいのですが"
    assert lexicon.rewrite("どうろのしたい") == "道路のしたい"


def test_a_lexicon_is_kept_in_a_file(lexicon: KanaLexicon, tmp_path: Path) -> None:
    lexicon.save(tmp_path / "readings.json")
    assert KanaLexicon.load(tmp_path / "readings.json") == lexicon


@given(st.text(max_size=100))
def test_any_text_can_be_rewritten(text: str) -> None:
    lexicon = KanaLexicon({"じゅうみん": ("住民", 3)})
    plain = normalise(text)
    rewritten = lexicon.rewrite(plain)
    assert lexicon.rewrite(rewritten) == rewritten or "じゅうみん" in hiragana(plain)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("住民票", "ja", True),
        ("じゅうみんひょう", "ja", True),
        ("ｶﾅ", "ja", False),  # half-width kana are normalised before
        ("住民票", "zh", False),
        ("垃圾怎么扔", "ja", False),
        ("公的年金", "ja", True),
        ("ごみ の日 please", "en", True),
        ("Where is the office?", "ja", False),
        ("전입신고", "ja", False),
    ],
)
def test_scripts(text: str, language: str, expected: bool) -> None:
    assert has_japanese_words(text, language) is expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ごみの日", "ja"),
        ("住民票", "ja"),
        ("PC", "en"),
        ("How do I move in?", "en"),
        ("전입신고", "ko"),
        ("垃圾怎么扔", "zh"),
        ("123", "ja"),
        ("!?", "ja"),
    ],
)
def test_languages_by_script(text: str, language: str) -> None:
    assert language_of(text) == language
