"""The mock ModelScope: recorded facts, a pure request handler, and its adapters."""
