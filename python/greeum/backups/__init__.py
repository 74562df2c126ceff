"""Backups of a memory that is in use, in a directory of their own: what they are made of, and how one is brought back.

A backup is a *piece*: the pages of the database that have changed since the piece before, compressed, and a description
of it with checksums. The first piece of a *chain* has all pages. Beside them lies the ledger of what was forgotten, so
that an older piece does not bring it back. All are of one *lineage*, a life of the memory, and of those that it comes
of. docs/operate/backup.md says how to use them.
"""
