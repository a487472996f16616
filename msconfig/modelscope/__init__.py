"""Client of ModelScope: its sites, its replies, the kinds of its models."""
