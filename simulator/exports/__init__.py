"""One module per tool: what the simulated company looks like in that tool's own files, quirks included."""
