"""The city itself: its names, its wards, and where to call when nothing else helps."""

from dataclasses import dataclass
from typing import Literal

StaleTranslations = Literal["label", "withhold"]
Approval = Literal["one", "two"]


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with the towns and stations that tell it apart."""

    id: str
    name: str
    kana: str = ""
    name_en: str = ""
    towns: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    """What every page says about the city; `contact_centre` is an office id.

    An answer that nobody reviewed for `review_months` is given with a caution; a translation older
    than its Japanese is labelled, or not shown at all (`withhold`). What is published is approved
    by `one` person or by `two`; more changed replies than `most_flips` are pointed out.
    """

    name: str
    name_en: str = ""
    url: str = ""
    contact_centre: str = ""
    review_months: int = 24
    stale_translations: StaleTranslations = "label"
    approval: Approval = "one"
    most_flips: int = 20
