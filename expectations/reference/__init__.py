"""Reference files as data: what each must hold, in the YAML file of its name beside this module."""
