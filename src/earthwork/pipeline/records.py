"""Values of the model as JSON and back, without loss: how results lie in the store."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from affine import Affine
from pyproj import CRS
from shapely import from_geojson, to_geojson
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue


def encode(value: object) -> Any:
    """Return a value of the model as what JSON can hold.

    Parameters
    ----------
    value
        A dataclass of the model, a geometry, an enumeration, a time, a container of these.

    Raises
    ------
    InvalidValue
        For a type that has no JSON form.
    """
    if value is None or (
        isinstance(value, bool | int | float | str) and not isinstance(value, Enum)
    ):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(encode(key)): encode(item) for key, item in value.items()}
    if isinstance(value, Affine):
        return list(value)[:6]
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return _encode_leaf(value)


def _encode_leaf(value: object) -> Any:
    match value:
        case str():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case BaseGeometry():
            return json.loads(to_geojson(value))
        case CRS():
            return value.to_string()
        case Path():
            return value.as_posix()
    raise InvalidValue(f"a {type(value).__name__} has no JSON form", where=repr(value)[:80])


def decode[T](kind: type[T], data: Any) -> T:
    """Return the value of a type that ``encode`` wrote.

    Parameters
    ----------
    kind
        The dataclass or annotation to build.
    data
        What ``encode`` gave.

    Raises
    ------
    InvalidValue
        If the data do not fit the type.
    """
    try:
        return cast("T", _decode(kind, data))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValue(
            f"stored data do not make a {getattr(kind, '__name__', kind)}: {error}",
            cause="written by another version, or changed by hand",
        ) from error


def _decode(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(kind), data)
    if origin in (tuple, list):
        return _decode_sequence(get_args(kind), data)
    if origin is not None and issubclass(origin, Mapping):
        key_kind, item_kind = get_args(kind)
        return {_decode(key_kind, key): _decode(item_kind, item) for key, item in data.items()}
    if is_dataclass(kind):
        hints = _hints(cast("type", kind))
        names = [f.name for f in fields(kind) if f.name in data]
        return cast("Any", kind)(**{name: _decode(hints[name], data[name]) for name in names})
    return _decode_leaf(kind, data)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode_union(kinds: tuple[Any, ...], data: Any) -> Any:
    if data is None:
        return None
    (kind,) = (k for k in kinds if k is not type(None))
    return _decode(kind, data)


def _decode_sequence(kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:  # noqa: PLR2004 - tuple[T, ...]
        return tuple(_decode(kinds[0], item) for item in data)
    return tuple(_decode(kind, item) for kind, item in zip(kinds, data, strict=True))


def _decode_leaf(kind: Any, data: Any) -> Any:
    build = next((make for known, make in _BUILD if issubclass(kind, known)), None)
    if build is not None:
        return build(kind, data)
    if not isinstance(data, kind):
        raise TypeError(f"{data!r} is not a {kind.__name__}")
    return data


_BUILD: tuple[tuple[type, Callable[[Any, Any], Any]], ...] = (
    (Affine, lambda _, data: Affine(*data)),
    (CRS, lambda _, data: CRS.from_user_input(data)),
    (BaseGeometry, lambda _, data: from_geojson(json.dumps(data))),
    (date, lambda kind, data: kind.fromisoformat(data)),
    (Enum, lambda kind, data: kind(data)),
    (Path, lambda kind, data: kind(data)),
    (float, lambda _, data: float(data)),
)


def to_bytes(value: object) -> bytes:
    """Return a value as canonical JSON: same value, same bytes."""
    text = json.dumps(encode(value), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (text + "\n").encode()


def from_bytes[T](kind: type[T], data: bytes) -> T:
    """Return the value that ``to_bytes`` wrote.

    Raises
    ------
    InvalidValue
        If the bytes are not JSON, or do not fit the type.
    """
    try:
        parsed = json.loads(data)
    except ValueError as error:
        raise InvalidValue("stored data are not JSON", cause=str(error)) from error
    return decode(kind, parsed)
