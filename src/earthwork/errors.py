"""Every error Earthwork raises on purpose.

::

    EarthworkError
    ├── InputError                    something given cannot be used
    │   ├── UnreadableImage           not an image, or cut short
    │   ├── UnreadableReport          not a text we can decode or parse
    │   ├── UnreadableLayer           not a vector layer, or its rows do not fit
    │   ├── GridMismatch              two rasters that cannot be compared pixel by pixel
    │   ├── WrongReference            coordinates do not fit the reference system they claim
    │   ├── OutsideArea               a scene or layer lies outside the case's area
    │   ├── NoOverlap                 two scenes show different ground
    │   ├── NotAligned                two images cannot be brought onto one grid
    │   ├── MissingProvenance         credit, licence or a required field is absent
    │   └── InvalidValue              a value outside its valid choices
    ├── CaseError                     the case folder
    │   ├── CaseNotFound
    │   ├── CaseInvalid               case.toml does not parse or validate
    │   └── CaseBusy                  another process writes to it
    ├── EvidenceError                 custody
    │   ├── EvidenceChanged           a stored byte differs from its digest
    │   ├── EvidenceMissing           a recorded item is not there
    │   └── LedgerBroken              the hash chain does not hold
    ├── PublishError                  the brief
    │   ├── SentenceUnsupported       a sentence says what its evidence does not
    │   └── TypesettingFailed         the PDF could not be made
    ├── FetchError                    a file asked for over the network did not arrive as promised
    └── MissingDependency             an optional package is not installed

Each carries what happened, where, the likely cause and the valid choices; the command line prints
all four and exits with ``exit_code``, a web handler answers with ``http_status``.
"""

from __future__ import annotations

from collections.abc import Sequence


class EarthworkError(Exception):
    """Something went wrong that a user can understand and mend.

    Parameters
    ----------
    what
        What is wrong, in one clause.
    where
        The file, line, field or place it is wrong at.
    cause
        The likely cause.
    choices
        What would be valid, or what to do next.
    """

    exit_code = 1
    http_status = 500

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        cause: str | None = None,
        choices: Sequence[str] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.cause = cause
        self.choices = tuple(choices)

    def __str__(self) -> str:
        """Say it on as many lines as there are things to say."""
        lines = [self.what if self.where is None else f"{self.where}: {self.what}"]
        if self.cause:
            lines.append(f"likely cause: {self.cause}")
        if self.choices:
            lines.append(f"valid choices: {'; '.join(self.choices)}")
        return "\n".join(lines)


class InputError(EarthworkError):
    """Something given cannot be used."""

    exit_code = 3
    http_status = 422


class UnreadableImage(InputError):
    """Not an image, or cut short."""


class UnreadableReport(InputError):
    """Not a text that can be decoded or parsed."""


class UnreadableLayer(InputError):
    """Not a vector layer, or its rows do not fit."""


class GridMismatch(InputError):
    """Two rasters cannot be compared pixel by pixel."""


class WrongReference(InputError):
    """Coordinates do not fit the reference system they claim."""


class OutsideArea(InputError):
    """A scene or layer lies outside the area of the case."""


class NoOverlap(InputError):
    """Two scenes show different ground."""


class NotAligned(InputError):
    """Two images cannot be brought onto one grid: what they show is not assessed."""


class MissingProvenance(InputError):
    """Credit, licence or another required statement of origin is absent."""


class InvalidValue(InputError):
    """A value lies outside its valid choices."""


class CaseError(EarthworkError):
    """The case folder cannot be used."""

    exit_code = 4
    http_status = 409


class CaseNotFound(CaseError):
    """There is no case at that path."""

    http_status = 404


class CaseInvalid(CaseError):
    """``case.toml`` does not parse or does not validate."""

    http_status = 422


class CaseBusy(CaseError):
    """Another process is writing to the case."""


class EvidenceError(EarthworkError):
    """Custody does not hold."""

    exit_code = 5
    http_status = 409


class EvidenceChanged(EvidenceError):
    """A stored byte differs from its recorded digest."""


class EvidenceMissing(EvidenceError):
    """A recorded item is not in the store."""


class LedgerBroken(EvidenceError):
    """The hash chain of the ledger does not hold."""


class PublishError(EarthworkError):
    """The brief cannot be made."""

    exit_code = 6
    http_status = 409


class SentenceUnsupported(PublishError):
    """A sentence says what its evidence does not."""


class TypesettingFailed(PublishError):
    """The PDF could not be typeset."""


class FetchError(EarthworkError):
    """A file asked for over the network did not arrive as promised."""

    exit_code = 7
    http_status = 502


class MissingDependency(EarthworkError):
    """An optional package is not installed."""

    exit_code = 8
    http_status = 501
