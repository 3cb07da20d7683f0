"""The evaluation harness: suites of problems, samples, verdicts, pass@k, experiments."""
