"""Asking a model for knowledge: from passages to questions, and from an answer to candidates.

Nothing here talks to a model. A question is made of a part, and parts are made by
`cut_into_parts` alone, which redacts every text: so no other text can be sent. An answer is only
believed where it quotes words that stand in the part.
"""

from kn.core.prompt.answer import Answer, BadAnswer, Proposal, read_answer
from kn.core.prompt.parts import Part, Passage, cut_into_parts
from kn.core.prompt.question import SETTLED_MOST, Question, ask_about
from kn.core.prompt.settled import settle

__all__ = [
    "SETTLED_MOST",
    "Answer",
    "BadAnswer",
    "Part",
    "Passage",
    "Proposal",
    "Question",
    "ask_about",
    "cut_into_parts",
    "read_answer",
    "settle",
]
