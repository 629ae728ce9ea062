"""What the service counts of itself, for a monitoring system to collect; never what was asked."""

import platform
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Final, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.errors import StoreUnusable
from bot.inquiry import Feedback, Inquiry, InquiryRecorder, MissReason, miss_reason
from bot.live_desk import LiveDesk
from bot.question import Channel
from bot.reply import Kind
from channels.clock import Clock

_CONFIDENCES: Final = tuple(tenth / 10 for tenth in range(1, 11))
_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_REJECTED_FROM: Final = 400
_STATUSES_END: Final = 600
_UNKNOWN: Final = float("nan")

Count = Callable[[], int]


class Metrics:
    """Counters of one application, in a registry of their own.

    Labels are taken from the program's own words (kinds, channels, reasons, statuses): nothing that
    a citizen wrote can become one.
    """

    def __init__(
        self,
        live: LiveDesk,
        clock: Clock,
        deliveries_waiting: Count,
        spool_depth: Count,
    ) -> None:
        self._clock = clock
        self._registry = CollectorRegistry()
        self._count_asking()
        self._count_around()
        _tell_build(self._registry)
        ProcessCollector(registry=self._registry)
        self._registry.register(_Present(live, deliveries_waiting, spool_depth))

    def counting(self, recorder: InquiryRecorder) -> InquiryRecorder:
        """Return a recorder that counts each inquiry: once it is durable, or if it cannot be."""
        return _Counting(recorder, self._answered, self._unrecorded.inc)

    def listening(self, give_feedback: Callable[[Feedback], bool]) -> Callable[[Feedback], bool]:
        """Return what keeps feedback and counts the first word on each reply."""

        def give(feedback: Feedback) -> bool:
            is_first = give_feedback(feedback)
            if is_first:
                self._heard(feedback.helpful)
            return is_first

        return give

    def responded(self, status: int) -> None:
        """Count a response, where it did not do what was asked."""
        if _REJECTED_FROM <= status < _STATUSES_END:
            self._rejected.labels(str(status)).inc()

    def page(self) -> bytes:
        """Return everything in Prometheus' text format; may ask the database."""
        return generate_latest(self._registry)

    def _count_asking(self) -> None:
        kinds, channels = get_args(Kind), get_args(Channel)
        replies = Counter(
            "toiawase_replies",
            "Replies to recorded questions.",
            ("kind", "channel"),
            registry=self._registry,
        )
        confidence = Histogram(
            "toiawase_confidence",
            "Confidence of the first candidate; fixed sentences have none.",
            ("kind",),
            buckets=_CONFIDENCES,
            registry=self._registry,
        )
        seconds = Histogram(
            "toiawase_reply_seconds",
            "From reading a question to its durable record.",
            ("channel",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        # A child is made once, not looked up for each question.
        self._replies = {
            (kind, channel): replies.labels(kind, channel) for kind in kinds for channel in channels
        }
        self._confidence = {kind: confidence.labels(kind) for kind in kinds if kind != "fixed"}
        self._seconds = {channel: seconds.labels(channel) for channel in channels}

    def _count_around(self) -> None:
        misses = Counter(
            "toiawase_misses", "Replies to review.", ("reason",), registry=self._registry
        )
        feedback = Counter(
            "toiawase_feedback",
            "First words of citizens on a reply.",
            ("helpful",),
            registry=self._registry,
        )
        self._misses = {reason: misses.labels(reason) for reason in get_args(MissReason)}
        self._feedback = {
            helpful: feedback.labels(str(helpful).lower()) for helpful in (True, False)
        }
        self._unrecorded = Counter(
            "toiawase_unrecorded",
            "Questions whose record nothing took: no database, and no disk beside it.",
            registry=self._registry,
        )
        self._rejected = Counter(
            "toiawase_rejected",
            "Requests answered with a status of 400 or more.",
            ("code",),
            registry=self._registry,
        )

    def _answered(self, inquiry: Inquiry) -> None:
        self._replies[inquiry.kind, inquiry.channel].inc()
        if inquiry.kind in self._confidence:
            self._confidence[inquiry.kind].observe(inquiry.confidence)
        took = (self._clock() - inquiry.asked_at).total_seconds()
        self._seconds[inquiry.channel].observe(max(0.0, took))
        reason = miss_reason(inquiry.kind, None, inquiry.confidence)
        if reason:
            self._misses[reason].inc()

    def _heard(self, helpful: bool) -> None:
        self._feedback[helpful].inc()
        if not helpful:
            self._misses["not_helpful"].inc()


class _Counting:
    """A recorder that tells of what it has recorded."""

    def __init__(
        self,
        recorder: InquiryRecorder,
        recorded: Callable[[Inquiry], None],
        refused: Callable[[], None],
    ) -> None:
        self._recorder = recorder
        self._recorded = recorded
        self._refused = refused

    async def record(self, inquiry: Inquiry) -> None:
        try:
            await self._recorder.record(inquiry)
        except StoreUnusable:
            self._refused()
            raise
        self._recorded(inquiry)


class _Present(Collector):
    """What is looked up when it is asked for: the release in use, and what waits."""

    def __init__(
        self,
        live: LiveDesk,
        deliveries_waiting: Count,
        spool_depth: Count,
    ) -> None:
        self._live = live
        self._deliveries_waiting = deliveries_waiting
        self._spool_depth = spool_depth

    def describe(self) -> Iterable[Metric]:
        # Without it, registering would already ask the database.
        return ()

    def collect(self) -> Iterable[Metric]:
        yield self._release()
        yield GaugeMetricFamily(
            "toiawase_spool_depth",
            "Records that wait beside the database.",
            _counted(self._spool_depth),
        )
        yield GaugeMetricFamily(
            "toiawase_deliveries_waiting",
            "Messages from LINE that wait for their reply.",
            _counted(self._deliveries_waiting),
        )

    def _release(self) -> Metric:
        release = GaugeMetricFamily(
            "toiawase_release", "Number of the release in use.", labels=("digest",)
        )
        if self._live.is_ready:
            desk = self._live.desk
            release.add_metric((desk.book.digest,), desk.release)
        return release


def _counted(count: Count) -> float:
    try:
        return count()
    except Exception:  # the other figures are wanted most when the database is gone
        return _UNKNOWN


def _tell_build(registry: CollectorRegistry) -> None:
    try:
        found = version("toiawase")
    except PackageNotFoundError:
        found = "unknown"
    build = Info("toiawase_build", "The program that runs.", registry=registry)
    build.info({"version": found, "python": platform.python_version()})
