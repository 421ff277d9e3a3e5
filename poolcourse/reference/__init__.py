"""The definitions, in NumPy: every operator forward and backward, written to be read."""
