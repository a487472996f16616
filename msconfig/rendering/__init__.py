"""From values to files: templates, validation, and writing that leaves nothing half done."""
