"""Where a message is cut when it asks for several things."""

import pytest

from bot.several_needs import parts_of
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser


def cut(text: str, tokeniser: SudachiTokeniser) -> list[str]:
    plain = normalise(text)
    return [part.text for part in parts_of(plain, tokeniser.readings(plain))]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("住民票と印鑑証明がほしい", ["住民票がほしい", "印鑑証明がほしい"]),
        ("水道を止めたい。それと転出届も出したいです", ["水道を止めたい", "転出届も出したいです"]),
        (
            "出生届はいつまで？児童手当はどこで申請する？",
            ["出生届はいつまで", "児童手当はどこで申請する"],
        ),
        ("犬の登録・ごみの日・図書館の時間", ["犬の登録", "ごみの日", "図書館の時間"]),
        (
            "野良猫に困ってる。あとハチの巣もあるんだけど",
            ["野良猫に困ってる", "ハチの巣もあるんだけど"],
        ),
        (
            "引っ越すんだけど犬もいて子どもの学校も…",
            ["引っ越すんだけど 犬も", "引っ越すんだけど 子どもの学校も"],
        ),
    ],
)
def test_a_message_is_cut_at_the_borders_of_its_needs(
    text: str, parts: list[str], tokeniser: SudachiTokeniser
) -> None:
    assert cut(text, tokeniser) == parts


@pytest.mark.parametrize(
    "text",
    [
        "父が亡くなりました。年金を止めたい",  # a situation, then the need
        "燃えるごみとプラごみの違いは何ですか",
        "市税をコンビニとスマホで払えますか",
        "マイナンバーカードを落としてしまって、再発行したい",
        "ワクチンのあと腕が上がらない",
        "いんかんしょうめいのとりかた",
        "住民票",
        "",
    ],
)
def test_one_need_stays_whole(text: str, tokeniser: SudachiTokeniser) -> None:
    assert cut(text, tokeniser) == []


def test_four_things_are_too_many_to_guess(tokeniser: SudachiTokeniser) -> None:
    assert cut("犬の登録・ごみの日・図書館の時間・水道の料金", tokeniser) == []
