"""LoRA fine-tuning of the experts, the monolith and the classifier."""
