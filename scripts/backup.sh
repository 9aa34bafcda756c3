#!/usr/bin/env bash
# Dumps both databases into a new folder: scripts/backup.sh <folder>
# Reads USER_DATABASE_URL and CHAT_DATABASE_URL. Each dump is one consistent moment of its database, taken while the system runs; chat-service goes
# first, so that no conversation is of an account that the other dump does not have yet.
set -euo pipefail

dir=${1:?usage: scripts/backup.sh <folder>}
: "${USER_DATABASE_URL:?names the database of user-service}" "${CHAT_DATABASE_URL:?names the database of chat-service}"

[ ! -e "$dir" ] || { echo "$dir exists already: a backup is never written over another" >&2; exit 1; }
umask 077
draft="$dir.unfinished"
rm -rf "$draft"
mkdir -p "$draft"

# Without owners and rights: they are those of the database that it is restored into.
dump() { pg_dump --format=custom --no-owner --no-privileges --file="$draft/$2" --dbname="$1"; }
dump "$CHAT_DATABASE_URL" chat.dump
dump "$USER_DATABASE_URL" users.dump
(cd "$draft" && sha256sum chat.dump users.dump > SHA256SUMS)
# Renamed at the end: a folder of this name is a whole backup.
mv "$draft" "$dir"
echo "backed up into $dir"
