"""`toiawase ask`: one question, its reply, and why."""

from typing import Final

import click
from rich.console import Console
from rich.table import Table

from bot.desk import InquiryDesk
from bot.errors import QuestionRejected
from bot.inquiry import inquiry_of
from bot.question import Question
from bot.ranking import Contribution, Ranking
from bot.reply import KIND_LABELS, Answered, Fixed, Reply
from channels.app import ensure_release
from channels.commands.console import backend, out
from channels.markdown import to_text

_FIELD_LABELS: Final = {"question": "質問", "answer": "回答"}
_SHOWN_TERMS: Final = 12
_REJECTED: Final = {
    "empty": "質問が空です。文字を入れてください。",
    "too_long": "質問が長すぎます。500文字までにしてください。",
}


@click.command()
@click.argument("text", metavar="質問")
@click.option("--record", is_flag=True, help="問合せ記録に残します")
@click.option("--staff", is_flag=True, help="職員用のFAQも含めて答えます")
@click.option("--lang", default="ja", show_default=True, help="答えのことば（ja easy en など）")
def ask(text: str, record: bool, staff: bool, lang: str) -> None:
    """質問に答え、なぜその答えになったかを示します。"""
    opened = backend()
    ensure_release(opened)
    desk = opened.shelf.desk()
    try:
        question = Question.from_text(
            text, "staff" if staff else "cli", opened.clock(), language=lang
        )
    except QuestionRejected as rejected:
        raise click.ClickException(_REJECTED[rejected.reason]) from rejected
    reply = desk.consider(question)
    console = out()
    _print_reply(console, reply)
    if not isinstance(reply, Fixed):
        _print_ranking(console, desk, reply.ranking)
    if record:
        opened.inquiries.add([inquiry_of(question, reply, desk.release)])


def _print_reply(console: Console, reply: Reply) -> None:
    console.print(f"{KIND_LABELS[reply.kind]}（確かさ {reply.confidence:.2f}）", style="bold")
    if isinstance(reply, Answered):
        console.print(f"\n{reply.answer.question}", style="bold")
        console.print(to_text(reply.answer.text))
        for link in reply.answer.entry.links:
            console.print(f"→ {link.title} {link.url}")
    else:
        console.print(reply.prompt)
    if reply.contact:
        office = reply.contact.office
        state = "ただいま受付中" if reply.contact.open_now else "ただいま時間外"
        console.print(f"お問い合わせ先：{office.name} {office.telephone}（{state}）")


def _print_ranking(console: Console, desk: InquiryDesk, ranking: Ranking) -> None:
    typed = [term.term for term in ranking.terms if not term.is_synonym]
    console.print(f"\n探したことば：{'、'.join(typed) or 'なし'}")
    near = [ranked for ranked in ranking.best[:2] if ranked.score > 0]
    for place, ranked in zip(("1位", "2位"), near, strict=False):
        parts = desk.explain(ranking, ranked.entry_id)
        entry = desk.book.by_id[ranked.entry_id]
        title = (
            f"{place} {entry.question}（{entry.id}）"
            f"　点数 {ranked.score:.4f}　質問のことばの {ranked.coverage:.0%} を含む"
        )
        console.print(_contribution_table(title, parts))
    if len(near) == 2:
        console.print(_difference_table(desk, ranking, near[0].entry_id, near[1].entry_id))


def _contribution_table(title: str, parts: tuple[Contribution, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("ことば", "見つかった所"):
        table.add_column(heading)
    table.add_column("点数", justify="right")
    for part in parts[:_SHOWN_TERMS]:
        table.add_row(_named(part), _FIELD_LABELS[part.field], f"{part.value:.4f}")
    rest = parts[_SHOWN_TERMS:]
    if rest:
        table.add_row(f"ほか {len(rest)} 件", "", f"{sum(part.value for part in rest):.4f}")
    table.add_section()
    table.add_row("合計", "", f"{sum(part.value for part in parts):.4f}")
    return table


def _difference_table(desk: InquiryDesk, ranking: Ranking, first: str, second: str) -> Table:
    table = Table(title="1位と2位を分けたことば", title_justify="left", title_style="bold")
    table.add_column("ことば")
    for heading in ("1位", "2位", "差"):
        table.add_column(heading, justify="right")
    shares = [_by_word(desk.explain(ranking, entry_id)) for entry_id in (first, second)]
    words = {
        word: shares[0].get(word, 0) - shares[1].get(word, 0) for word in shares[0] | shares[1]
    }
    for word, difference in sorted(words.items(), key=lambda item: -abs(item[1]))[:_SHOWN_TERMS]:
        values = [f"{share.get(word, 0):.4f}" for share in shares]
        table.add_row(word, *values, f"{difference:+.4f}")
    return table


def _by_word(parts: tuple[Contribution, ...]) -> dict[str, float]:
    words: dict[str, float] = {}
    for part in parts:
        words[_named(part)] = words.get(_named(part), 0.0) + part.value
    return words


def _named(part: Contribution) -> str:
    if not part.is_synonym:
        return part.term
    return f"{part.term}（「{''.join(part.typed)}」の言いかえ）"
