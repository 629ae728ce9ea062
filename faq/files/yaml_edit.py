"""What is raised where a file cannot be changed field by field."""

from faq.problem import FaqFolderError, Problem


class CannotEdit(FaqFolderError):
    """A file is written in a way that single fields cannot be changed in; edit it as text."""

    def __init__(self, why: str) -> None:
        self._why = why
        super().__init__([Problem("", 0, 0, str(self))])

    def __str__(self) -> str:
        return f"このファイルは、画面から直せる書き方になっていません（{self._why}）"
