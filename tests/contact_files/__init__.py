"""Contact files as people upload them, written by tests: real in their defects, made up in their people."""
