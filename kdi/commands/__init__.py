"""The ``kdi`` command, a module per group of commands. Heavy imports are inside the commands that need them."""
