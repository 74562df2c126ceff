"""Telling agents that Greeum is there: an entry in the configuration file of each, with all else left alone."""
