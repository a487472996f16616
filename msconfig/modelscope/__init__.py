"""What ModelScope says: its sites, its replies, the kinds of its models."""
