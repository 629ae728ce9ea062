"""Whether a question is for somebody else: another city, the prefecture, the state."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from nlp.tokeniser import ReadWord

_MUNICIPALITIES: Final = frozenset("市県府都町村")
_OF: Final = frozenset("の立営")
_AUTHORITY: Final = re.compile(
    r"(?<!市)(?:県|都|府)(?:立|営|税)|国(?:立|営)|(?:隣|となり)の(?:県|市|町|村)の"
)


def asks_elsewhere(
    text: str, words: Sequence[ReadWord], is_known: Callable[[str], bool], told: str
) -> bool:
    """Tell whether a question asks for what another authority does.

    `is_known` tells of a place whether the FAQ speaks of it, `told` is what the nearest entry says:
    what stands there is the city's own matter. Where somebody comes from or goes to (大阪市から) is
    not what they ask for.
    """
    if any(one.group() not in told for one in _AUTHORITY.finditer(text)):
        return True
    return any(
        place.part[2] == "地名"
        and kind.surface in _MUNICIPALITIES
        and of.surface in _OF
        and not is_known(place.surface)
        for place, kind, of in zip(words, words[1:], words[2:], strict=False)
    )
