"""Model ids in files of any program: which files are read, where their texts are, which count."""
