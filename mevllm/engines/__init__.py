"""Engines: the language models that answer, behind one protocol."""
