"""What several tests share tells what was wrong as they do themselves, whichever of them is imported first."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.conformance", "tests.acceptance.test_cli")
