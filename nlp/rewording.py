"""Saying a question with other words, so that the head learns that both mean the same."""

import random
import unicodedata
from collections.abc import Mapping, Sequence

Substitutions = Mapping[str, Sequence[str]]
"""Written form (NFKC, two characters or more) -> other forms of its group(s)."""


def substitutions(groups: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """The table `reword` needs, from groups of interchangeable forms."""
    table: dict[str, list[str]] = {}
    for group in groups:
        forms = [unicodedata.normalize("NFKC", form) for form in group]
        for form in forms:
            others = [o for o in forms if o != form and len(o) >= 2]
            if len(form) >= 2 and others:
                table.setdefault(form, []).extend(others)
    return table


def reword(text: str, table: Substitutions, seed: int, share: float = 0.6) -> str:
    """The text with about `share` of the known forms (longest first) replaced by another."""
    text = unicodedata.normalize("NFKC", text)
    chance = random.Random(f"{seed}:{text}")
    longest = max(map(len, table), default=0)
    out: list[str] = []
    at = 0
    while at < len(text):
        for width in range(min(longest, len(text) - at), 1, -1):
            others = table.get(text[at : at + width])
            if others and chance.random() < share:
                out.append(chance.choice(others))
                at += width
                break
        else:
            out.append(text[at])
            at += 1
    return "".join(out)
