"""What we conclude: evidence in, verdicts and a report out."""
