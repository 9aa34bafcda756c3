#!/usr/bin/env bash
# Restores a backup into two empty databases: scripts/restore.sh <folder>
# Reads USER_DATABASE_URL and CHAT_DATABASE_URL. A database that holds tables is refused, so that nothing is ever written over. Run the migrations
# of your release afterwards: they bring an older backup up to date.
set -euo pipefail

dir=${1:?usage: scripts/restore.sh <folder>}
: "${USER_DATABASE_URL:?names the database of user-service}" "${CHAT_DATABASE_URL:?names the database of chat-service}"

(cd "$dir" && sha256sum --check --quiet SHA256SUMS) || { echo "$dir is damaged" >&2; exit 1; }

for url in "$USER_DATABASE_URL" "$CHAT_DATABASE_URL"; do
  tables=$(psql "$url" -tAc "select count(*) from pg_tables where schemaname = 'public'")
  [ "$tables" = 0 ] || { echo "one of the databases is not empty: nothing was restored" >&2; exit 1; }
done

# All of it or nothing.
restore() { pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$1" "$dir/$2"; }
restore "$USER_DATABASE_URL" users.dump
restore "$CHAT_DATABASE_URL" chat.dump
echo "restored from $dir"
