"""The plain word lists of this package: `#` begins a comment, empty lines say nothing."""

from importlib.resources import files


def lines_of(name: str) -> list[str]:
    """Return the lines of a list in nlp/data, without comments."""
    text = files("nlp").joinpath(f"data/{name}").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]
