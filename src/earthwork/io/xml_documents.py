"""XML from strangers: parsed without document types, so without entities of any kind."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from earthwork.errors import InvalidValue


def parse_xml(content: bytes, *, where: str) -> Element:
    """Return the root element of an XML document, its names without namespaces.

    Raises
    ------
    InvalidValue
        If it is not well-formed, or declares a document type: entities could read files, reach
        the network or exhaust memory, and no metadata needs them.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse(where)
    parser.StartElementHandler = lambda name, attributes: builder.start(_plain(name), attributes)
    parser.EndElementHandler = lambda name: builder.end(_plain(name))
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise InvalidValue(
            f"it is not well-formed XML: {error}", where=where, cause="cut short, or another format"
        ) from error
    return builder.close()


def _plain(name: str) -> str:
    return name.rsplit(":", 1)[-1]


def _refuse(where: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise InvalidValue(
            "the XML declares a document type, which is refused",
            where=where,
            cause="entities in it could read files or exhaust memory",
            choices=["the same document without its DOCTYPE"],
        )

    return refuse
