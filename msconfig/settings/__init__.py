"""`msconfig.toml`: read it and edit it."""
