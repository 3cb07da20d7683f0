"""The training set: verified, tier-labelled designs with specifications in several voices."""
