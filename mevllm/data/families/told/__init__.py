"""Designs as people tell them: for each module of families one of tellings, by the same name."""
