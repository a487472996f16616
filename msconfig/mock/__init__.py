"""A pretend ModelScope: recorded facts, a pure handler, and its adapters."""
