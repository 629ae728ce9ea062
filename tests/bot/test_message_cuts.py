"""Where a message could be cut when it asks for several things."""

import pytest

from bot.message_cuts import Joint, cuts_of
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser


def cuts(text: str, tokeniser: SudachiTokeniser) -> list[tuple[str, str, Joint]]:
    plain = normalise(text)
    found = cuts_of(plain, tokeniser.readings(plain))
    return [(cut.left, cut.right, cut.border.joint) for cut in found]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("住民票と印鑑証明がほしい", ("住民票がほしい", "印鑑証明がほしい", "noun")),
        ("電池や電球の捨て方", ("電池の捨て方", "電球の捨て方", "noun")),
        ("住民票とか課税証明がほしい", ("住民票がほしい", "課税証明がほしい", "noun")),
        ("犬の登録・ごみの日", ("犬の登録", "ごみの日", "listed")),
        (
            "水道を止めたい。それと転出届も出したいです",
            ("水道を止めたい", "転出届も出したいです", "added"),
        ),
        (
            "野良猫に困ってる。あとハチの巣もあるんだけど",
            ("野良猫に困ってる", "ハチの巣もあるんだけど", "added"),
        ),
        (
            "出生届はいつまで？児童手当はどこで申請する？",
            ("出生届はいつまで", "児童手当はどこで申請する", "sentence"),
        ),
        ("国保が払えない、年金も払えない", ("国保が払えない", "年金も払えない", "comma")),
        ("粗大ごみを出したい\n冷蔵庫もある", ("粗大ごみを出したい", "冷蔵庫もある", "space")),
        (
            "水道を止めたいのと転出届を出したい",
            ("水道を止めたい", "転出届を出したい", "clause"),
        ),
        (
            "住民票を取りたいんだけどパスポートも気になる",
            ("住民票を取りたいんだけど", "パスポートも気になる", "clause"),
        ),
        (
            "引っ越すんだけど犬もいて子どもの学校も…",
            ("引っ越すんだけど犬もいて", "引っ越すんだけど子どもの学校も", "clause"),
        ),
    ],
)
def test_a_message_could_be_cut_at_every_border(
    text: str, cut: tuple[str, str, Joint], tokeniser: SudachiTokeniser
) -> None:
    assert cut in cuts(text, tokeniser)


@pytest.mark.parametrize(
    "text",
    [
        "燃えるごみとプラごみの違いは何ですか",
        "会社の人と一緒に受けられますか",
        "銀行で戸籍がいると言われた",
        "書き方を教えてください",
        "ワクチンのあと腕が上がらない",
        "いんかんしょうめいのとりかた",
        "Where is the city hall",
        "住民票",
        "",
    ],
)
def test_there_is_no_border_within_one_matter(text: str, tokeniser: SudachiTokeniser) -> None:
    assert cuts(text, tokeniser) == []


def test_what_is_left_of_a_mark_at_either_end_is_no_part(tokeniser: SudachiTokeniser) -> None:
    assert cuts("、住民票。", tokeniser) == []
