"""`msconfig init`: the guided setup."""
