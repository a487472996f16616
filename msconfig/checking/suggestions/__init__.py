"""Suggestions for failing ids."""
