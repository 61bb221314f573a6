"""How figures get into the docs: a command measured from outside, and the part of a page that a run writes."""
