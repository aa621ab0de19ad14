"""Which claims tell one origin again: told many times, it still counts once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from earthwork.model.claim import Claim, Document

_WORD = re.compile(r"\w+")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STOP = _listed(
    "the a an of to in on at and or is are was were has have had been be by with that "
    "this it its as for from their they he she his her said says"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoOptions:
    """When two claims are taken to tell the same origin."""

    least_shared: float = 0.6
    """Least share of words in common (Jaccard, of stems without the commonest words)."""
    least_words: int = 4
    """Fewest words of a claim from which likeness means anything."""


DEFAULT_ECHO_OPTIONS = EchoOptions()


def group_echoes(
    claims: Sequence[Claim],
    documents: Iterable[Document],
    *,
    options: EchoOptions = DEFAULT_ECHO_OPTIONS,
) -> tuple[Claim, ...]:
    """Return the claims with ``echo_of`` set on each that repeats an earlier one's wording.

    Only claims of different documents, of the same kind and polarity, are compared; the root is the
    claim of the document published first (by end of its span, unknown last; then in the order
    given). Claims keep their order.

    Parameters
    ----------
    claims
        Claims of all documents.
    documents
        The documents, for when each was published.
    options
        What counts as the same wording.

    References
    ----------
    Broder, A. (1997), On the resemblance and containment of documents,
    doi:10.1109/SEQUEN.1997.666900.
    """
    published = {document.id: _moment(document) for document in documents}
    order = sorted(
        range(len(claims)), key=lambda n: (published.get(claims[n].document, float("inf")), n)
    )
    roots: dict[int, str] = {}
    for claim in _echoes(claims, order, options):
        roots.update(claim)
    return tuple(
        replace(claim, echo_of=roots[n]) if n in roots else claim for n, claim in enumerate(claims)
    )


def _moment(document: Document) -> float:
    if document.published is None or document.published.end is None:
        return float("inf")
    return document.published.end.timestamp()


def _echoes(
    claims: Sequence[Claim], order: Sequence[int], options: EchoOptions
) -> Iterable[Mapping[int, str]]:
    words = [frozenset(_stems(claim.quote.words)) for claim in claims]
    roots: list[int] = []
    by_word: dict[str, list[int]] = {}
    for number in order:
        near = {root for word in words[number] for root in by_word.get(word, ())}
        root = _likest(number, sorted(near), claims, words, options)
        if root is not None:
            yield {number: claims[root].id}
            continue
        roots.append(number)
        for word in words[number]:
            by_word.setdefault(word, []).append(number)


def _likest(
    number: int,
    roots: Sequence[int],
    claims: Sequence[Claim],
    words: Sequence[frozenset[str]],
    options: EchoOptions,
) -> int | None:
    if len(words[number]) < options.least_words:
        return None
    likeness = {
        root: _jaccard(words[number], words[root])
        for root in roots
        if _may_echo(claims[number], claims[root]) and len(words[root]) >= options.least_words
    }
    best = max(likeness, key=lambda root: likeness[root], default=None)
    return best if best is not None and likeness[best] >= options.least_shared else None


def _may_echo(claim: Claim, root: Claim) -> bool:
    is_same = (claim.kind, claim.polarity) == (root.kind, root.polarity)
    return is_same and claim.document != root.document


def _stems(words: str) -> Iterable[str]:
    for match in _WORD.finditer(words.lower()):
        word = match[0]
        if word not in _STOP:
            yield word.removesuffix("s") if len(word) > 3 else word  # noqa: PLR2004 - 'gas', 'bus'


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
