#!/bin/sh
# Puts a backup into an empty $KDI_HOME: `restore.sh FOLDER`. Then `kdi load` makes the release anew from the lake.
set -eu
source=${1:?usage: restore.sh FOLDER}
home=${KDI_HOME:?KDI_HOME is not set}
if [ -e "$home/lake/leverancer.sqlite" ]; then
    echo "$home already has a lake; nothing is overwritten. Move it away first." >&2
    exit 1
fi
umask 027
mkdir -p "$home/lake"
rsync -a --exclude '/leverancer.sqlite*' "$source/lake/" "$home/lake/"
for folder in quarantine reports; do
    if [ -d "$source/$folder" ]; then rsync -a "$source/$folder/" "$home/$folder/"; fi
done
rsync -a "$source/lake/leverancer.sqlite" "$home/lake/leverancer.sqlite"
