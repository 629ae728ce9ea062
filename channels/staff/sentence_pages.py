"""Fixed sentences of the draft, and the list of all that is not an entry."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from channels.staff.console import Console
from channels.staff.entry_form import LANGUAGE_LABELS, FormFault, Values, faults_from
from channels.staff.form_values import form_values
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from faq.entry import EASY, LANGUAGES
from faq.files.folder_edit import EditConflict, EditRefused, UnknownItem, Written
from faq.sentence import FixedSentence

GROUP_LABELS: Final[Mapping[str, str]] = {
    "answering": "答えるときの文",
    "danger": "危険・緊急のとき",
    "opinions": "ご意見・苦情",
    "abuse": "暴言",
    "individual": "個人の場合についての質問",
    "small_talk": "あいさつ・雑談",
    "languages": "ことば",
    "errors": "受け付けられないとき",
    "line": "LINE だけの文",
}

_MORE: Final = 1


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the fixed sentences."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/texts")

    forms = _Forms(console, pages)

    @router.get("")
    def texts(who: SignedIn = Depends(gate.viewer)) -> Response:
        """List the fixed sentences and the offices."""
        book = console.draft.book
        groups = {
            label: [one for one in book.sentences if one.group == group]
            for group, label in GROUP_LABELS.items()
        }
        return pages.page("texts.html", who, here="texts", groups=groups, offices=book.offices)

    @router.get("/sentences/{sentence_id}")
    def sentence(
        sentence_id: str, who: SignedIn = Depends(gate.viewer), done: int | None = None
    ) -> Response:
        """Show a fixed sentence of the draft."""
        written = forms.written(sentence_id)
        return forms.page(who, written, _values(written.value), done=done)

    @router.post("/sentences/{sentence_id}")
    def save(
        sentence_id: str,
        values: Values = Depends(form_values),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Keep a fixed sentence in the draft."""
        return forms.save(who, sentence_id, values)

    return router


class _Forms:
    def __init__(self, console: Console, pages: StaffPages) -> None:
        self._console = console
        self._pages = pages

    def written(self, sentence_id: str) -> Written[FixedSentence]:
        try:
            return self._console.editor.sentence(sentence_id)
        except UnknownItem as error:
            raise HTTPException(404) from error

    def page(
        self,
        who: SignedIn,
        written: Written[FixedSentence],
        values: Values,
        faults: tuple[FormFault, ...] = (),
        conflict: bool = False,
        done: int | None = None,
    ) -> Response:
        many = sum(name.startswith("text-") and bool(value) for name, value in values.items())
        return self._pages.page(
            "sentence.html",
            who,
            409 if conflict else 422 if faults else 200,
            here="texts",
            done=done,
            sentence=written.value,
            group=GROUP_LABELS[written.value.group],
            version=written.version,
            values=values,
            rows=many + _MORE,
            languages=LANGUAGE_LABELS,
            faults=faults,
            conflict=conflict,
        )

    def save(self, who: SignedIn, sentence_id: str, values: Values) -> Response:
        written = self.written(sentence_id)
        changed = _changed(written.value, values)
        if not changed.text:
            fault = FormFault("text", "文を1つ以上書いてください")
            return self.page(who, written, values, (fault,))
        try:
            change = self._console.editor.change_sentence(changed, values.get("version", ""))
        except EditRefused as refused:
            return self.page(who, written, values, faults_from(refused))
        except EditConflict:
            return self.page(who, self.written(sentence_id), values, conflict=True)
        told = f"決まった文「{changed.label}」を保存しました（まだ公開していません）"
        by, at = who.account.name, self._console.clock()
        event = self._console.curator.edited(
            by, at, "sentence_changed", sentence_id, told, [change]
        )
        return RedirectResponse(f"/staff/texts/sentences/{sentence_id}?done={event.number}", 303)


def _values(sentence: FixedSentence) -> Mapping[str, str]:
    texts = {f"text-{at}": text for at, text in enumerate(sentence.text)}
    translations = {f"answer-{name}": text for name, text in sentence.translations.items()}
    words = {name: "\n".join(getattr(sentence, name)) for name in ("words", "signs", "unless")}
    return texts | translations | words | {f"answer-{EASY}": sentence.easy}


def _changed(sentence: FixedSentence, values: Values) -> FixedSentence:
    def lines(name: str) -> tuple[str, ...]:
        listed = values.get(name, "").replace("\r\n", "\n").split("\n")
        return tuple(line.strip() for line in listed if line.strip())

    def text(name: str) -> str:
        return values.get(name, "").replace("\r\n", "\n").strip()

    rows = sum(name.startswith("text-") for name in values)
    return replace(
        sentence,
        text=tuple(filter(None, (text(f"text-{at}") for at in range(rows)))),
        words=lines("words"),
        signs=lines("signs"),
        unless=lines("unless"),
        easy=text(f"answer-{EASY}"),
        translations={name: told for name in LANGUAGES if (told := text(f"answer-{name}"))},
    )
