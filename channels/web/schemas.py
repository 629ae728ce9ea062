"""The shapes of the HTTP API, as DESIGN's contract has them."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.reply import Kind
from faq.notice import Level


class _Received(BaseModel):
    # Frozen, and so hashable: pydantic would copy a default that is not, each time it is used.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AskContext(_Received):
    """What the page already knows: the citizen's ward, the entry talked about."""

    ward: str | None = Field(default=None, max_length=100)
    entry_id: str | None = Field(default=None, max_length=200)


class Ask(_Received):
    """A citizen's question. `text` is checked by the core, so that it can say why not."""

    text: str
    lang: str = Field(default="ja", max_length=10)
    session: str | None = Field(default=None, max_length=100)
    context: AskContext = AskContext()


class Choose(_Received):
    """An entry that was offered and chosen, with the inquiry whose reply offered it."""

    entry_id: str = Field(max_length=200)
    lang: str = Field(default="ja", max_length=10)
    session: str | None = Field(default=None, max_length=100)
    inquiry_id: str | None = Field(default=None, max_length=36)


class GiveFeedback(_Received):
    """Whether a reply helped, and why not, in the citizen's words."""

    inquiry_id: str = Field(max_length=36)
    helpful: bool
    reason: str | None = Field(default=None, max_length=500)


class LinkOut(BaseModel):
    """A page that belongs to an answer."""

    title: str
    url: str


class ContactOut(BaseModel):
    """Whom to call, and whether someone answers there now (times in Asia/Tokyo).

    `status` says so in one line, in the asker's language.
    """

    name: str
    telephone: str
    hours: str
    open_now: bool
    closes_at: datetime | None
    next_opening: datetime | None
    status: str
    url: str


class RunOut(BaseModel):
    """A stretch of text that looks the same: bold, or a link where `url` is not empty."""

    text: str
    bold: bool
    url: str


class BlockOut(BaseModel):
    """A paragraph, or an item of a list with its marker (・ or 1.) and level, from 1."""

    marker: str
    level: int
    runs: list[RunOut]


class AnswerOut(BaseModel):
    """The approved answer: plain text, the same as safe HTML, and as blocks without markup.

    `page` is the path of the entry's own page, empty where it has none.
    """

    entry_id: str
    question: str
    text: str
    html: str
    blocks: list[BlockOut]
    page: str
    owner: str
    links: list[LinkOut]
    reviewed_on: date | None
    lang: str
    caution: str
    contact: ContactOut | None


class CandidateOut(BaseModel):
    """An entry the citizen may have meant."""

    entry_id: str
    question: str
    confidence: float


class ChoiceOut(BaseModel):
    """One answer to a clarifying question, with the entries it leads to."""

    label: str
    candidates: list[CandidateOut]


class ClarificationOut(BaseModel):
    """One question back, to ask before the list of candidates."""

    prompt: str
    choices: list[ChoiceOut]


class EmergencyOut(BaseModel):
    """A number to call at once, beside the city's own offices."""

    name: str
    telephone: str


class WardOut(BaseModel):
    """A ward to choose."""

    id: str
    name: str


class WardQuestionOut(BaseModel):
    """Which ward the citizen lives in; the next question brings it in `context.ward`."""

    prompt: str
    wards: list[WardOut]


class OpeningDayOut(BaseModel):
    """A day's opening hours, in one line."""

    day: date
    open: bool
    text: str


class UnfoundOut(BaseModel):
    """The parts of a message that found no answer, in the citizen's own (masked) words."""

    prompt: str
    parts: list[str]


class NoticeOut(BaseModel):
    """A notice that every channel shows, in the asker's language."""

    id: str
    level: Level
    text: str
    lang: str
    starts_at: datetime
    ends_at: datetime | None


class ReplyOut(BaseModel):
    """What the desk says to one question."""

    inquiry_id: str
    kind: Kind
    confidence: float
    answer: AnswerOut | None
    answers: list[AnswerOut]
    candidates: list[CandidateOut]
    clarification: ClarificationOut | None
    prompt: str | None
    prompt_lang: str
    contact: ContactOut | None
    emergency: list[EmergencyOut]
    urgent: bool
    private: bool
    links: list[LinkOut]
    sentence: str | None
    ward: str | None
    ward_question: WardQuestionOut | None
    unfound: UnfoundOut | None
    days: list[OpeningDayOut]
    notices: list[NoticeOut]
    release: int


class FeedbackOut(BaseModel):
    """That the feedback was kept."""

    inquiry_id: str
    helpful: bool


class SuggestionOut(BaseModel):
    """An entry that fits what was typed so far."""

    entry_id: str
    question: str


class TopicOut(BaseModel):
    """A topic with its public entries."""

    topic: str
    entries: list[SuggestionOut]


class SiteOut(BaseModel):
    """What is said before anybody asks, in a language, and whom to call."""

    city: str
    greeting: str
    privacy: str
    lang: str
    contact: ContactOut | None
    notices: list[NoticeOut]


class HealthOut(BaseModel):
    """That the process lives, or is ready to answer."""

    status: Literal["ok", "degraded"]
    spooled: int | None = None


class ErrorDetail(BaseModel):
    """What went wrong, for the program (`code`), the person (`message`) and the log (`id`)."""

    code: str
    message: str
    field: str | None
    request_id: str


class ErrorOut(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail
