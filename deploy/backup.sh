#!/bin/sh
# Copies what cannot be made anew from $KDI_HOME into a folder: `backup.sh FOLDER`. Loads may run meanwhile.
#
# The log is read first and put in place last. It names files of the lake, which are written before it and never
# deleted: so every file that the copy of the log names is there to be copied, and lies in the backup before that
# log does. A backup that is cut off leaves the log of the one before, with all that it names.
set -eu
target=${1:?usage: backup.sh FOLDER}
home=${KDI_HOME:?KDI_HOME is not set}
umask 027
mkdir -p "$target/lake" "$target/quarantine" "$target/reports"
rm -f "$target/leverancer.sqlite.ny"
sqlite3 -readonly "$home/lake/leverancer.sqlite" ".timeout 60000" ".backup '$target/leverancer.sqlite.ny'"
# `.*` and `*.del` are being written; a file that is copied gets its name when it is whole (rsync).
rsync -a --exclude '.*' --exclude '*.del' --exclude '/leverancer.sqlite*' "$home/lake/" "$target/lake/"
# What retention has deleted, for reasons of privacy too, is not kept here either.
for folder in quarantine reports; do
    if [ -d "$home/$folder" ]; then rsync -a --delete "$home/$folder/" "$target/$folder/"; fi
done
sync -f "$target"
mv -f "$target/leverancer.sqlite.ny" "$target/lake/leverancer.sqlite"
