"""Cherry Studio's providers, models and links, and the rules for them."""
