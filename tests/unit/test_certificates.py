"""The chain of certificates: whatever is changed in it, it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from greeum import testing
from greeum.store.certificates import SEALED, certify, faults, seal, uid_digest
from greeum.store.protocol import ErasureRequest

if TYPE_CHECKING:
    from greeum.store.protocol import CertificateRow


@pytest.fixture
def chain() -> list[CertificateRow]:
    """Of four forgettings."""
    rows: list[CertificateRow] = []
    for number in range(4):
        before = (rows[-1][0], rows[-1][-1]) if rows else None
        request = ErasureRequest(asked='{"by":"ids","ids":1}', origin="cli", at=number)
        rows.append(certify(before, request, (1, 2, 3, 4), 10 * number + 1, [uid_digest("a" * 32)]))
    return rows


def test_one_that_is_whole_has_no_faults(chain: list[CertificateRow]) -> None:
    assert faults([]) == faults(chain) == []


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("column", range(len(SEALED) + 1))
def test_every_change_is_found(chain: list[CertificateRow], place: int, column: int) -> None:
    row: list[Any] = list(chain[place])
    row[column] = row[column] + (1 if isinstance(row[column], int) else "0")
    chain[place] = tuple(row)
    assert faults(chain)


@pytest.mark.parametrize("place", range(4))
def test_one_that_was_changed_and_sealed_anew_no_longer_fits_the_next(chain: list[CertificateRow], place: int) -> None:
    forged = (*chain[place][:5], 99, *chain[place][6:11])
    chain[place] = (*forged, seal(forged))
    assert bool(faults(chain)) == (place < 3)  # the last one is covered by none: that is what backups note it for


@pytest.mark.parametrize("place", range(3))
def test_one_that_is_left_out_is_missed(chain: list[CertificateRow], place: int) -> None:
    del chain[place]
    assert faults(chain)


def test_two_that_change_places_are_found(chain: list[CertificateRow]) -> None:
    chain[1], chain[2] = chain[2], chain[1]
    assert faults(chain)


def test_the_check_of_a_memory_goes_through_them() -> None:
    with testing.memory() as memory:
        memory.forget(memory.add("hello").id)
        store: Any = memory._store
        store._certificates[0] = (*store._certificates[0][:4], 99, *store._certificates[0][5:])
        assert {name: ok for name, ok, _ in memory.check()}["certificates"] is False


def test_a_digest_is_of_one_uid() -> None:
    assert len({uid_digest(f"{number:032x}") for number in range(1_000)}) == 1_000
    assert len(uid_digest("a" * 32)) == 16
