"""The loop and the tools: generate, check, compile, simulate, repair, escalate, record."""

__version__ = "0.1.0"
