"""Words that mean the same."""

from nlp.synonyms import Concept, SynonymTable, municipal_groups
from nlp.tokeniser import SudachiTokeniser


def table(*groups: tuple[str, ...]) -> SynonymTable:
    return SynonymTable([[tuple(word.split()) for word in group] for group in groups])


def test_a_typed_word_has_its_synonyms() -> None:
    found = table(("ごみ", "廃棄物")).concepts(["ごみ", "出す", "ごみ"])
    assert found == (Concept("ごみ", 2, (("廃棄物",),)), Concept("出す", 1))


def test_a_wording_of_several_words_offers_its_synonyms_to_each() -> None:
    found = table(("国民 健康 保険", "国保")).concepts(["国民", "健康", "保険"])
    assert [concept.synonyms for concept in found] == [(("国保",),)] * 3


def test_a_synonym_that_holds_the_word_itself_is_none() -> None:
    found = table(("粗大 ごみ", "大型 ごみ")).concepts(["粗大", "ごみ"])
    assert [concept.synonyms for concept in found] == [(("大型", "ごみ"),), ()]


def test_a_word_in_two_groups_has_both_meanings() -> None:
    both = table(("手当", "給付 金"), ("手当", "治療"))
    assert both.of(("手当",)) == (("給付", "金"), ("治療",))


def test_an_empty_table_adds_nothing() -> None:
    assert table(("",)).concepts(["犬"]) == (Concept("犬", 1),)


def test_every_municipal_group_has_words_that_can_be_searched(
    tokeniser: SudachiTokeniser,
) -> None:
    groups = municipal_groups()
    assert len(groups) >= 400
    assert [word for group in groups for word in group if not tokeniser.terms(word)] == []
    assert [group for group in groups if len(set(group)) < 2] == []


def test_citizens_words_reach_the_offices(tokeniser: SudachiTokeniser) -> None:
    known = SynonymTable.of_city([("浜手カード", "図書館カード")], tokeniser.terms)
    for typed, meant in [
        ("赤ちゃん", "乳児"),
        ("はんこ", "印鑑"),
        ("なくした", "紛失"),
        ("ゴミ", "廃棄物"),
        ("浜手カード", "図書館カード"),
        ("曖昧", "不明瞭"),  # from the Sudachi dictionary
    ]:
        forms = known.of(tokeniser.terms(typed))
        assert tokeniser.terms(meant) in forms, typed
