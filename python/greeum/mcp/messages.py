"""What comes in must be a message of JSON-RPC; where it is none, the answer says why. The SDK alone takes a request
whose id is null for a notification and never answers it, and tells of most other faults nothing, or pages of its types.
"""

from __future__ import annotations

from json import JSONDecodeError, dumps

from greeum.errors import InvalidInput
from greeum.mcp.opening import META
from greeum.unreadable import STRICT, json_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PARSE_ERROR, INVALID_REQUEST, UNSUPPORTED_VERSION = -32700, -32600, -32022
"""As JSON-RPC, and MCP, number them."""


class Refused(Exception):
    """What came is no message that can be used."""

    def __init__(self, code: int, reason: str, number: object = None, data: object = None) -> None:
        super().__init__(reason)
        self.code = code
        self.number = number
        """The id that it has all the same."""
        self.data = data

    def answer(self) -> bytes:
        """The error of JSON-RPC."""
        error: dict[str, object] = {"code": self.code, "message": str(self)}
        if self.data is not None:
            error["data"] = self.data
        return dumps({"jsonrpc": "2.0", "id": self.number, "error": error}, separators=(",", ":")).encode()


def message_of(content: bytes) -> dict[str, Any]:
    """The message that a line or a body is. Raises Refused."""
    message = read(content)
    if not isinstance(message, dict):
        what = "batches are not taken" if isinstance(message, list) else "it is no object"
        raise invalid(f"{what}; send each message by itself, as one object")
    number = message.get("id")
    fault = fault_of(message)
    if fault is None and b"\\ud" in content.lower() and not is_text(message):
        fault = "it holds half of a surrogate pair, which is not text"
    if fault is not None:
        raise invalid(fault, number if is_id(number) and is_text(number) else None)
    return message


def read(content: bytes) -> Any:
    try:
        return STRICT.decode(content.decode())
    except UnicodeDecodeError as error:
        raise Refused(PARSE_ERROR, f"Parse error: it is not UTF-8 at byte {error.start}") from error
    except InvalidInput as error:
        raise invalid(str(error)) from error
    except JSONDecodeError as error:
        raise Refused(PARSE_ERROR, f"Parse error: {error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise Refused(PARSE_ERROR, f"Parse error: {json_fault(error)}") from error


def invalid(reason: str, number: object = None) -> Refused:
    return Refused(INVALID_REQUEST, f"Invalid request: {reason}".encode("utf-8", "replace").decode(), number)


def fault_of(message: dict[str, Any]) -> str | None:
    """What keeps an object from being a message."""
    if message.get("jsonrpc") != "2.0":
        return 'jsonrpc must be "2.0"'
    if not isinstance(message.get("params"), dict | None):
        return "params must be an object"
    if "method" not in message:
        return None if is_answer(message) else "method is missing"
    if not isinstance(message["method"], str):
        return "method must be a string"
    if "id" in message and not is_id(message["id"]):
        return "id must be a string or a whole number; leave it out if you want no answer"
    return None


def is_answer(message: dict[str, Any]) -> bool:
    error, number = message.get("error"), message.get("id")
    if isinstance(error, dict):
        is_told = isinstance(error.get("code"), int) and isinstance(error.get("message"), str)
        return is_told and "id" in message and (number is None or is_id(number))
    return isinstance(message.get("result"), dict) and is_id(number)


def is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def is_text(value: object) -> bool:
    """Whether all strings in it can be sent on."""
    try:
        dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def is_enveloped(message: dict[str, Any]) -> bool:
    """Whether a request stands by itself, and says in which version of the protocol it speaks."""
    params = message.get("params") or {}
    meta = params.get("_meta")
    return isinstance(meta, dict) and f"{META}protocolVersion" in meta
