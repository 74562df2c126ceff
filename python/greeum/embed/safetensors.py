"""Reads safetensors files: a u64 length, that much JSON that says where each tensor lies, then the numbers.

Useful for mapping a few tensors of a file without reading the rest. Not for writing, and not for bfloat16 or float8.
"""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType
    from typing import Any

    import numpy

LENGTH_BYTES = 8

HEADER_BYTES_MAX = 100_000_000
"""The format's own limit."""

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1", "U8": "<u1"}


def open_tensors(path: Path, np: ModuleType) -> dict[str, numpy.ndarray[Any, Any]]:
    """The tensors of the file by name, mapped, read-only; `np` is NumPy. Raises OSError; ValueError on a bad file."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if length > min(HEADER_BYTES_MAX, os.fstat(file.fileno()).st_size):
            raise ValueError(f"{path} is no safetensors file, or is cut short")
        header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError(f"{path} is no safetensors file")
    start = LENGTH_BYTES + length
    return {name: map_tensor(path, name, entry, start, np) for name, entry in header.items() if name != "__metadata__"}


def map_tensor(path: Path, name: str, entry: Any, start: int, np: ModuleType) -> numpy.ndarray[Any, Any]:
    try:
        dtype, shape, (begin, end) = np.dtype(DTYPES[entry["dtype"]]), tuple(entry["shape"]), entry["data_offsets"]
        mapped: numpy.ndarray[Any, Any] = np.memmap(path, dtype, "r", start + begin, shape)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: tensor {name} cannot be read: {error}") from error
    if mapped.nbytes != end - begin:
        raise ValueError(f"{path}: tensor {name} says {end - begin} bytes, and its shape {shape} is {mapped.nbytes}")
    return mapped
