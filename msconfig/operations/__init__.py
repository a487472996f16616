"""What msconfig can do, without a terminal: one flow a file."""
