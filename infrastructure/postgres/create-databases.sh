#!/bin/bash
# Runs once, on an empty data folder: a database and a role a service. Neither can open the other's.
set -euo pipefail

create() { # name, password
  psql -v ON_ERROR_STOP=1 -v name="$1" -v password="$2" -U "$POSTGRES_USER" -d postgres -q <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

create users "$USERS_DATABASE_PASSWORD"
create chat "$CHAT_DATABASE_PASSWORD"
