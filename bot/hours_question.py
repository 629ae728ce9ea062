"""Questions that only the hours of an office answer: いまやってる？ 土日は？ 北区役所は何時まで"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from faq.office import JAPAN, Office
from faq.opening_days import DAY_WORDS, days_named

_OPEN: Final = re.compile(
    r"(?:やって|開いて|あいて|空いて|営業して|受付して|受け付けて|応対して)"
    r"(?:い?ますか?|い?ません(?:か|よね)?|い?ない(?:の|か)?|い?る(?:の|か|かな)?|んの|ん|はる|とる|"
    r"おります(?:か)?)?|"
    r"(?:受付|受け付け|営業|窓口の|開庁|開いている|あいてる)(?:時間|じかん)|何時(?:まで|から)|"
    r"なんじ(?:まで|から)|(?:お)?(?:休み|やすみ)|定休日|営業日|are you open|opening hours|open now",
    re.IGNORECASE,
)
_NOW: Final = re.compile(
    r"今すぐ|いますぐ|ただいま|現在|今から|今の時間|いま|今(?!日)|まだ|もう|now"
)
_FILLERS: Final = re.compile(
    r"(?:は|も|って|と|の|に|が|で|を|なら|でも|だけ|じゃあ|では|ちなみに|あと|それ|そこ|そちら|電話|窓口|"
    r"受付|役所|です|ます|か|よね|ね|かな|の|ん|教えてください|教えて|知りたい(?:です)?|"
    r"だいじょうぶ|大丈夫|いけ(?:ます|る)?|行け(?:ます|る)?|行って|"
    r"どう|どうなって(?:い)?(?:ます|る)?|[\s、。,・?!~])+"
)
_SHORTEST_START: Final = 2
_SHORTEST_PART: Final = 4


@dataclass(frozen=True, slots=True)
class HoursAsked:
    """A question about hours: of which days (none: of now) and of which office, if one is named.

    `is_plain`: it says that it asks for being open; a day alone may mean something else.
    """

    days: tuple[date, ...]
    office: Office | None
    is_plain: bool


class HoursQuestions:
    """Recognises questions about hours that say nothing else than day, office and being open."""

    def __init__(self, offices: Iterable[Office]) -> None:
        self._offices = list(offices)

    def find(self, text: str, at: datetime, *, follows: bool) -> HoursAsked | None:
        """Return what is asked, or None when it is another question.

        A day alone (土日は？) is a question about hours only where it `follows` an answer.
        """
        is_open = bool(_OPEN.search(text))
        days = days_named(text, at.astimezone(JAPAN).date())
        if not is_open and not (follows and days):
            return None
        rest = _NOW.sub(" ", _OPEN.sub(" ", DAY_WORDS.sub(" ", text)))
        rest = _FILLERS.sub("", rest)
        if not rest:
            return HoursAsked(days, None, is_open)
        office = self._named(rest)
        return HoursAsked(days, office, is_open) if office else None

    def _named(self, name: str) -> Office | None:
        """Return the office of that name; the first one of a building that is named as a whole."""
        for office in self._offices if len(name) >= _SHORTEST_START else ():
            if _FILLERS.sub("", office.name).startswith(name):
                return office
        for office in self._offices if len(name) >= _SHORTEST_PART else ():
            if name in _FILLERS.sub("", office.name):
                return office
        return None
