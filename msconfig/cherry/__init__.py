"""What Cherry Studio takes: providers, models, links, and the rules that they have to keep."""
