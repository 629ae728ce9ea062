"""What staff are proposed for a cluster of misses, and what a phrasing would recover."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bot.desk import InquiryDesk
from bot.likeness import Portrait, portrait_of, ranking_of
from bot.proposals import (
    PROPOSAL_LABELS,
    Member,
    PastQuestions,
    Proposal,
    propose,
)
from bot.question import Question
from bot.trial_phrasing import TrialSearch
from faq.book import FaqBook

Asking = Callable[..., Question]
