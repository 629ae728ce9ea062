"""Which ward a message speaks of."""

import pytest

from bot.places import PlaceFinder
from faq.city import Ward

WARDS = (
    Ward("kita", "北区", "きたく", "Kita Ward", ("松葉町", "上松葉町"), ("松葉",)),
    Ward("minami", "南区", "みなみく", "Minami Ward", ("波止町", "うみかぜ"), ("波止駅",)),
)
FINDER = PlaceFinder(WARDS, "小浜市")


@pytest.mark.parametrize(
    ("text", "ward", "alone"),
    [
        ("北区です", "kita", True),
        ("じゃあ南区は?", "minami", True),
        ("きたく", "kita", True),
        ("きたくのごみはいつ", "kita", False),
        ("波止町に住んでいます", "minami", True),
        ("上松葉町", "kita", True),
        ("明日ごみの日? 松葉駅の近く", "kita", False),
        ("小浜市北区です", "kita", True),
        ("I live in Minami-ku", "minami", True),
        ("kita ward", "kita", True),
        ("北区から南区に引っ越す", "minami", False),
        ("うみかぜ", "minami", True),
    ],
)
def test_a_ward_is_known_by_its_name_a_town_or_a_station(text: str, ward: str, alone: bool) -> None:
    place = FINDER.find(text)
    assert place is not None
    assert (place.ward.id, place.alone) == (ward, alone)


@pytest.mark.parametrize(
    "text",
    [
        "ごみの日",
        "生きたくない",  # きたく inside a word
        "もう行きたくないです",
        "大阪市北区から引っ越してきた",
        "北区と南区のどちら",
        "松葉",  # the station is 松葉駅
        "",
    ],
)
def test_other_messages_name_no_ward(text: str) -> None:
    assert FINDER.find(text) is None


def test_a_city_without_wards_asks_for_none() -> None:
    assert PlaceFinder((), "小浜市").find("北区です") is None
