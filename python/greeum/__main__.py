"""python -m greeum: the same as the command `greeum`."""

from __future__ import annotations

import sys

from greeum.cli import main

if __name__ == "__main__":
    sys.exit(main())
