"""Reads what GGUF files say of themselves and writes small ones, by the standard library alone.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, little endian.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mevllm.errors import WeightsError

Value = str | int | float | bool

ALIGNMENT = 32
"""Bytes; the format's default."""
VERSION = 3
TYPES = {"F32": 0, "F16": 1, "BF16": 30}
"""ggml's numbers of the tensor types that are written."""
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_FLOAT32 = 6
_LONGEST = 2**31
"""Bytes of a string; what claims more is not GGUF."""


@dataclass(frozen=True)
class TensorInfo:
    """What a file says of one of its tensors."""

    name: str
    shape: tuple[int, ...]
    """Innermost dimension first, as ggml counts."""
    size: int
    """Bytes in the file, those up to the next tensor included."""


@dataclass(frozen=True)
class GgufTensor:
    """A tensor to write."""

    name: str
    dtype: str
    """A key of TYPES."""
    shape: tuple[int, ...]
    """Innermost dimension first, as ggml counts."""
    data: bytes


def read_metadata(path: Path, wanted: Collection[str]) -> dict[str, Value]:
    """The scalar values of the wanted keys, as far as the file has them.

    Stops reading when all are found: the vocabulary, which is long, comes last by custom.
    Raises WeightsError when the file is not GGUF.
    """
    found: dict[str, Value] = {}
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise WeightsError(f"{path} is not a GGUF file")
            _take(file, "<I")
            _, count = _take(file, "<Q"), int(_take(file, "<Q"))
            for _ in range(count):
                key = _text(file)
                value = _value(file, int(_take(file, "<I")))
                if key in wanted and value is not None:
                    found[key] = value
                    if len(found) == len(wanted):
                        break
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, struct.error) as error:
        raise WeightsError(f"{path} is not a whole GGUF file: {error}") from error
    return found


def read_tensors(path: Path) -> tuple[TensorInfo, ...]:
    """The tensors of a file, in the order of their data. Raises WeightsError."""
    found: list[tuple[int, str, tuple[int, ...]]] = []
    alignment = ALIGNMENT
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise WeightsError(f"{path} is not a GGUF file")
            _take(file, "<I")
            tensors, entries = int(_take(file, "<Q")), int(_take(file, "<Q"))
            for _ in range(entries):
                key = _text(file)
                value = _value(file, int(_take(file, "<I")))
                if key == "general.alignment" and isinstance(value, int):
                    alignment = value
            for _ in range(tensors):
                name, dimensions = _text(file), int(_take(file, "<I"))
                shape = tuple(int(_take(file, "<Q")) for _ in range(dimensions))
                _take(file, "<I")
                found.append((int(_take(file, "<Q")), name, shape))
            data = -(-file.tell() // alignment) * alignment
            whole = file.seek(0, os.SEEK_END) - data
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, struct.error) as error:
        raise WeightsError(f"{path} is not a whole GGUF file: {error}") from error
    found.sort()
    ends = [offset for offset, _, _ in found[1:]] + [whole]
    return tuple(
        TensorInfo(name, shape, end - offset)
        for (offset, name, shape), end in zip(found, ends, strict=True)
    )


def write_gguf(
    path: Path, metadata: Mapping[str, str | float], tensors: Sequence[GgufTensor]
) -> None:
    """Write a file; numbers in the metadata become float32. The bytes reach the disk first.

    Raises OSError.
    """
    head = b"GGUF" + struct.pack("<IQQ", VERSION, len(tensors), len(metadata))
    for key, value in metadata.items():
        head += _string(key)
        if isinstance(value, str):
            head += struct.pack("<I", _STRING) + _string(value)
        else:
            head += struct.pack("<If", _FLOAT32, value)
    offset = 0
    for tensor in tensors:
        shape = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        head += _string(tensor.name) + shape + struct.pack("<IQ", TYPES[tensor.dtype], offset)
        offset += _padded(len(tensor.data))
    with path.open("wb") as file:
        file.write(head.ljust(_padded(len(head)), b"\0"))
        for tensor in tensors:
            file.write(tensor.data.ljust(_padded(len(tensor.data)), b"\0"))
        file.flush()
        os.fsync(file.fileno())


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _take(file: BinaryIO, form: str) -> int | float | bool:
    value: int | float | bool = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value


def _text(file: BinaryIO) -> str:
    length = int(_take(file, "<Q"))
    if length > _LONGEST:
        raise ValueError("a string is too long")
    return file.read(length).decode(errors="replace")


def _value(file: BinaryIO, kind: int) -> Value | None:
    """A scalar, or None for an array, which is passed over."""
    if kind == _STRING:
        return _text(file)
    if kind != _ARRAY:
        return _take(file, _SCALARS[kind])
    items, count = int(_take(file, "<I")), int(_take(file, "<Q"))
    if items in _SCALARS:
        file.seek(count * struct.calcsize(_SCALARS[items]), os.SEEK_CUR)
        return None
    for _ in range(count):
        _value(file, items)
    return None
