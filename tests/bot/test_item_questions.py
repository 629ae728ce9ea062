"""Things to throw away, found by name, reading and alias."""

import pytest

from bot.item_questions import ItemQuestions
from faq.item import Item
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser

TABLE = (
    Item("ハンガー(針金)", "小型金属", "はんがーはりがね", ("針金ハンガー",)),
    Item("ハンガー(プラスチック)", "プラスチック", "はんがーぷらすちっく"),
    Item("木のハンガー", "普通ごみ", "きのはんがー"),
    Item("布団", "粗大ごみ", "ふとん", ("ふとん", "敷き布団")),
    Item("爪切り", "小型金属", "つめきり"),
    Item("いか", "普通ごみ"),
    Item("本棚", "粗大ごみ", "ほんだな"),
    Item("本", "古紙", "ほん"),
    Item("コンピューター", "粗大ごみ"),
)
ASHES = Item("灰", "普通ごみ", "はい")


@pytest.fixture(scope="module")
def questions(tokeniser: SudachiTokeniser) -> ItemQuestions:
    return ItemQuestions((*TABLE, ASHES), tokeniser.reading)


@pytest.mark.parametrize(
    ("text", "names", "asks"),
    [
        ("布団", ["布団"], False),
        ("フトン", ["布団"], False),
        ("ふとんのすてかた", ["布団"], True),
        ("古い布団はどうやって捨てる？", ["布団"], True),
        ("えーと、敷き布団を捨てたいんですけど", ["布団"], True),
        ("つめきりは何ごみですか", ["爪切り"], True),
        ("ハンガー", ["ハンガー(針金)", "ハンガー(プラスチック)"], False),
        ("はりがねハンガー", ["ハンガー(針金)"], False),
        ("いかの捨て方", ["いか"], True),
        ("ほんだなのすてかた", ["本棚"], True),
        ("コンピュータ", ["コンピューター"], False),
    ],
)
def test_an_item_is_found_however_it_is_written(
    questions: ItemQuestions, text: str, names: list[str], asks: bool
) -> None:
    found = questions.find(normalise(text))
    assert found is not None
    assert found.is_named
    assert sorted(item.name for item in found.items) == sorted(names)
    assert found.asks == asks


def test_every_item_finds_itself(questions: ItemQuestions, tokeniser: SudachiTokeniser) -> None:
    for item in TABLE:
        for name in (item.name, tokeniser.reading(item.name), f"{item.name}の捨て方"):
            found = questions.find(normalise(name))
            assert found is not None, name
            assert item in found.items, name


def test_a_thing_is_offered_by_the_end_of_its_name(questions: ItemQuestions) -> None:
    found = questions.find("羽毛布団の捨て方")
    assert found is not None
    assert not found.is_named
    assert found.items[0].name == "布団"


def test_an_unknown_thing_is_known_to_be_unknown(questions: ItemQuestions) -> None:
    found = questions.find("宇宙船の捨て方")
    assert found is not None
    assert (found.items, found.asks) == ((), True)


@pytest.mark.parametrize("text", ["住民票", "ごみの出し方", "燃えるごみ", "転入届の書き方", "。"])
def test_other_questions_are_left_to_the_search(questions: ItemQuestions, text: str) -> None:
    assert questions.find(normalise(text)) is None


def test_a_city_without_tables_has_no_items(tokeniser: SudachiTokeniser) -> None:
    assert ItemQuestions((), tokeniser.reading).find("布団の捨て方") is None


@pytest.mark.parametrize("text", ["はい", "ハイ。", "はい！", "うん", "いいえ"])
def test_what_is_said_in_a_talk_is_no_item(questions: ItemQuestions, text: str) -> None:
    assert questions.find(normalise(text)) is None


def test_ashes_are_still_found(questions: ItemQuestions) -> None:
    for text in ("はいの捨て方", "灰"):
        found = questions.find(normalise(text))
        assert found is not None
        assert [item.name for item in found.items] == ["灰"]
