"""Find served models."""
