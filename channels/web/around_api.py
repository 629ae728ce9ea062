"""The HTTP API around asking: greeting, suggestions, topics, notices."""

from fastapi import APIRouter, Query

from channels.public import PublicDesk
from channels.web.api import errors
from channels.web.languages import known_language
from channels.web.render import language_of_text, render_contact, render_notice
from channels.web.schemas import NoticeOut, SiteOut, SuggestionOut, TopicOut
from nlp.normalise import printable


def build_router(public: PublicDesk) -> APIRouter:
    """Return the routes over one desk."""
    router = APIRouter()

    @router.get("/api/v1/site", responses=errors(422, 503))
    async def site(lang: str = Query(default="ja", max_length=10)) -> SiteOut:
        """Return what is said before anybody asks."""
        desk, at, language = public.desk, public.clock(), known_language(lang)
        greeting = desk.writer.sentence("greeting", language)
        return SiteOut(
            city=desk.book.city.name,
            greeting=greeting,
            privacy=desk.writer.sentence("privacy", language),
            lang=language_of_text(greeting, language),
            contact=render_contact(desk.writer.contact_centre(at), at, language),
            notices=[render_notice(one, language) for one in public.notices()],
        )

    @router.get("/api/v1/suggestions", responses=errors(422, 429, 503))
    async def suggest(q: str = Query(default="", max_length=500)) -> list[SuggestionOut]:
        """Return entries that fit what was typed so far."""
        found = public.desk.search.suggest(printable(q), public.clock())
        return [SuggestionOut(entry_id=entry.id, question=entry.question) for entry in found]

    @router.get("/api/v1/topics", responses=errors(503))
    async def topics() -> list[TopicOut]:
        """Return the topics with their public entries."""
        return [
            TopicOut(
                topic=topic,
                entries=[
                    SuggestionOut(entry_id=entry.id, question=entry.question) for entry in entries
                ],
            )
            for topic, entries in public.topics().items()
        ]

    @router.get("/api/v1/notices")
    async def notices(lang: str = Query(default="ja", max_length=10)) -> list[NoticeOut]:
        """Return the notices to show now, the most urgent first; works without a release."""
        return [render_notice(one, lang) for one in public.notices()]

    return router
