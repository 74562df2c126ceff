"""Who may come in: tenants and their keys, in one database beside the tenants' memories.

Useful for telling whose a key is and what it allows. Not for anything that a tenant remembers.
"""
