"""`toiawase ask`: one question, its reply, and why."""

from datetime import datetime
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from bot.desk import InquiryDesk
from bot.errors import QuestionRejected
from bot.inquiry import inquiry_of
from bot.question import Question
from bot.ranking import SIGNAL_LABELS, Contribution, Ranking
from bot.reply import KIND_LABELS, Answer, Answered, Fixed, Reply, Unsure
from channels.backend import ensure_release
from channels.commands.console import backend, out, steps
from channels.markdown import to_text
from channels.opening import day_line, opening_line

_SHOWN_TERMS: Final = 12
_SMALLEST: Final = 0.00005
_REJECTED: Final = {
    "empty": "質問が空です。文字を入れてください。",
    "too_long": "質問が長すぎます。500文字までにしてください。",
}


@click.command()
@click.argument("text", metavar="質問")
@click.option("--record", is_flag=True, help="問合せ記録に残します")
@click.option("--staff", is_flag=True, help="職員用のFAQも含めて答えます")
@click.option("--ward", default=None, help="お住まいの区（区の名前か id）")
@click.option(
    "--after", default=None, metavar="ID", help="直前に答えたFAQの id（続きの質問になります）"
)
@click.option("--lang", default="ja", show_default=True, help="答えのことば（ja easy en など）")
def ask(
    text: str, record: bool, staff: bool, ward: str | None, after: str | None, lang: str
) -> None:
    """質問に答え、なぜその答えになったかを示します。"""
    opened = backend()
    if not opened.releases.current_number():
        with steps("FAQを公開する準備をしています（初回だけ）") as say:
            ensure_release(opened, say)
    desk = opened.shelf.desk()
    try:
        question = Question.from_text(
            text,
            "staff" if staff else "cli",
            opened.clock(),
            language=lang,
            ward=ward,
            entry_id=after,
        )
    except QuestionRejected as rejected:
        raise click.ClickException(_REJECTED[rejected.reason]) from rejected
    reply = desk.consider(question)
    console = out()
    for notice in opened.board.board().shown(question.asked_at):
        console.print(f"【お知らせ】{notice.text}", style="bold")
    _print_reply(console, reply, question.asked_at)
    if not isinstance(reply, Fixed):
        _print_ranking(console, desk, reply.ranking)
    if record:
        opened.inquiries.add([inquiry_of(question, reply, desk.release)])


def _print_reply(console: Console, reply: Reply, at: datetime) -> None:
    console.print(f"{KIND_LABELS[reply.kind]}（確かさ {reply.confidence:.2f}）", style="bold")
    if isinstance(reply, Answered):
        for answer in (reply.answer, *reply.more):
            _print_answer(console, answer)
        if reply.unfound:
            console.print(f"\n{reply.unfound_note} {'、'.join(reply.unfound)}")
        if reply.ward_question:
            wards = "・".join(ward.name for ward in reply.ward_question.wards)
            console.print(f"\n{reply.ward_question.prompt}（{wards}）")
    else:
        console.print(reply.prompt)
    for candidate in reply.candidates if isinstance(reply, Unsure) else ():
        console.print(f"・{candidate.question}（{candidate.entry_id}）")
    for day in reply.days if isinstance(reply, Fixed) else ():
        console.print(f"・{day_line(day)}")
    if reply.contact:
        office = reply.contact.office
        console.print(f"お問い合わせ先：{office.name} {office.telephone}")
        console.print(f"　　　　　　　　{opening_line(reply.contact, at)}")


def _print_answer(console: Console, answer: Answer) -> None:
    console.print(f"\n{answer.question}", style="bold")
    if answer.caution:
        console.print(answer.caution, style="italic")
    console.print(to_text(answer.text))
    for link in answer.entry.links:
        console.print(f"→ {link.title} {link.url}")


def _print_ranking(console: Console, desk: InquiryDesk, ranking: Ranking) -> None:
    typed = "、".join(concept.term for concept in ranking.concepts)
    console.print(f"\n読み取った質問：{ranking.text}")
    console.print(f"探したことば：{typed or 'なし'}")
    if not ranking.goes_on:
        sure = desk.search.confidence(ranking)
        console.print(
            f"1位が正しい確からしさ {sure.right:.2f}　このFAQで答える質問らしさ {sure.scope:.2f}"
        )
    near = ranking.best[:2]
    for place, ranked in zip(("1位", "2位"), near, strict=False):
        entry = desk.book.by_id[ranked.entry_id]
        title = f"{place} {entry.question}（{entry.id}）　点数 {ranked.score:.4f}"
        console.print(_contribution_table(title, desk.search.explain(ranking, ranked.entry_id)))
    if len(near) == 2:
        console.print(_difference_table(desk, ranking, near[0].entry_id, near[1].entry_id))


def _contribution_table(title: str, parts: tuple[Contribution, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("見たところ", "ことば"):
        table.add_column(heading)
    table.add_column("点数", justify="right")
    for signal, listed in _by_signal(parts).items():
        table.add_row(SIGNAL_LABELS[signal], "", f"{sum(part.value for part in listed):+.4f}")
        if len(listed) > 1:
            for part in listed[:_SHOWN_TERMS]:
                table.add_row("", _named(part), f"{part.value:+.4f}", style="dim")
            rest = listed[_SHOWN_TERMS:]
            if rest:
                total = sum(part.value for part in rest)
                table.add_row("", f"ほか {len(rest)} 件", f"{total:+.4f}", style="dim")
    table.add_section()
    table.add_row("合計", "", f"{sum(part.value for part in parts):.4f}")
    return table


def _by_signal(parts: tuple[Contribution, ...]) -> dict[str, list[Contribution]]:
    signals: dict[str, list[Contribution]] = {}
    for part in parts:
        signals.setdefault(part.signal, []).append(part)
    return signals


def _difference_table(desk: InquiryDesk, ranking: Ranking, first: str, second: str) -> Table:
    table = Table(title="1位と2位を分けたもの", title_justify="left", title_style="bold")
    table.add_column("見たところ・ことば")
    for heading in ("1位", "2位", "差"):
        table.add_column(heading, justify="right")
    one, two = (_by_word(desk.search.explain(ranking, entry_id)) for entry_id in (first, second))
    apart = {word: one.get(word, 0.0) - two.get(word, 0.0) for word in one | two}
    for word, difference in sorted(apart.items(), key=lambda item: -abs(item[1]))[:_SHOWN_TERMS]:
        if abs(difference) >= _SMALLEST:
            values = [f"{share.get(word, 0.0):+.4f}" for share in (one, two)]
            table.add_row(word, *values, f"{difference:+.4f}")
    return table


def _by_word(parts: tuple[Contribution, ...]) -> dict[str, float]:
    words: dict[str, float] = {}
    for part in parts:
        name = (
            f"{SIGNAL_LABELS[part.signal]}：{_named(part)}"
            if part.term
            else (SIGNAL_LABELS[part.signal])
        )
        words[name] = words.get(name, 0.0) + part.value
    return words


def _named(part: Contribution) -> str:
    if not part.term:
        return "（全体の平均との差）"
    return f"{part.term}（「{part.typed}」の言いかえ）" if part.is_synonym else part.term
