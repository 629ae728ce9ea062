"""What quality is measured on: a book from a folder or a CSV file, and questions for it."""

from collections.abc import Callable
from pathlib import Path

from faq.book import FaqBook
from faq.files.csv_file import read_csv_book
from faq.files.folder import read_folder
from faq.files.golden import GoldenQuestion, read_golden
from faq.files.yaml_file import Problems
from faq.problem import FaqFolderError


def read_book(source: Path, normalise: Callable[[str], str]) -> FaqBook:
    """Return the book of a FAQ folder or of a CSV file; raises FaqFolderError."""
    return read_folder(source, normalise).book if source.is_dir() else read_csv_book(source)


def read_questions(path: Path) -> list[GoldenQuestion]:
    """Return the questions of a JSON-lines file; raises FaqFolderError."""
    problems = Problems(str(path))
    read = read_golden(path, problems)
    if problems.found:
        raise FaqFolderError(problems.found)
    return [question for question, _ in read]
