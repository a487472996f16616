"""The command line: parse, call the core, print. click lives here and nowhere else."""
