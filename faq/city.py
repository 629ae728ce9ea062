"""The city itself: its names, its wards, and where to call when nothing else helps."""

from dataclasses import dataclass


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
    """What every page says about the city; `contact_centre` is an office id."""

    name: str
    name_en: str = ""
    url: str = ""
    contact_centre: str = ""
