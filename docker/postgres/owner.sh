#!/bin/sh
# Run once, by PostgreSQL's own image, when its data folder is empty: the product's owner is no superuser.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/database_owner_password)" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE parallama_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE parallama OWNER parallama_owner;
SQL
