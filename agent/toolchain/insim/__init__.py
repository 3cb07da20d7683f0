"""What runs inside the simulator's own Python: the guard and the reporter.

Kept apart from everything else and never imported by the tool itself: the folder goes on
`PYTHONPATH` of a simulator alone, where its `sitecustomize.py` is found.
"""
