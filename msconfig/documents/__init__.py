"""Recognise which document a file is."""
