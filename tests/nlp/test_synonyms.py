"""Words that mean the same."""

from nlp.synonyms import SYNONYM_WEIGHT, SynonymTable, WeightedTerm, municipal_groups
from nlp.tokeniser import SudachiTokeniser


def table(*groups: tuple[str, ...]) -> SynonymTable:
    return SynonymTable([[tuple(word.split()) for word in group] for group in groups])


def test_a_synonym_is_added_at_its_weight() -> None:
    found = table(("ごみ", "廃棄物")).expand(["ごみ", "出す"])
    assert found == (
        WeightedTerm("ごみ", 1.0, ("ごみ",)),
        WeightedTerm("出す", 1.0, ("出す",)),
        WeightedTerm("廃棄物", SYNONYM_WEIGHT, ("ごみ",)),
    )
    assert [term.is_synonym for term in found] == [False, False, True]


def test_the_longest_wording_wins() -> None:
    both = table(("粗大 ごみ", "大型 ごみ"), ("ごみ", "廃棄物"))
    assert {term.term for term in both.expand(["粗大", "ごみ"])} == {"粗大", "ごみ", "大型"}
    assert {term.term for term in both.expand(["ごみ"])} == {"ごみ", "廃棄物"}


def test_a_word_in_two_groups_has_both_meanings() -> None:
    both = table(("手当", "給付 金"), ("手当", "治療"))
    assert {term.term for term in both.expand(["手当"])} == {"手当", "給付", "金", "治療"}


def test_a_typed_word_never_counts_as_a_synonym() -> None:
    found = table(("転入", "転出")).expand(["転入", "転出"])
    assert [term.weight for term in found] == [1.0, 1.0]


def test_an_empty_table_adds_nothing() -> None:
    assert table().expand(["犬"]) == (WeightedTerm("犬", 1.0, ("犬",)),)


def test_every_municipal_group_has_words_that_can_be_searched(
    tokeniser: SudachiTokeniser,
) -> None:
    groups = municipal_groups()
    assert len(groups) >= 100
    assert [word for group in groups for word in group if not tokeniser.terms(word)] == []
    assert [group for group in groups if len(set(group)) < 2] == []


def test_citizens_words_reach_the_offices(tokeniser: SudachiTokeniser) -> None:
    known = SynonymTable.from_words(municipal_groups(), tokeniser.terms)
    for typed, meant in [
        ("引っ越し", "転入"),
        ("赤ちゃん", "乳児"),
        ("はんこ", "印鑑"),
        ("なくした", "紛失"),
        ("ゴミ", "廃棄"),
    ]:
        assert meant in {term.term for term in known.expand(tokeniser.terms(typed))}, typed
