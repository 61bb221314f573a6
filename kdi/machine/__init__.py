"""The machine beneath: files and their hashes, disk room, locks, child processes, the object store, named steps."""
