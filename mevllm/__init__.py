"""The models: specifications, prompts, the complexity classifier, experts, weights and engines."""
