"""What runs between the tool and an untrusted process: limits, Landlock, namespaces, seccomp.

Standard library only, and nothing else of this package: the launcher runs in a bare interpreter
(`python -I -S`) once for every process that is started.
"""
