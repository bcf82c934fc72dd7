#!/bin/sh
# What docker-compose.yml relies on of the official image's entrypoint, for a PostgreSQL that came from npm.
set -eu
bin=/usr/local/pgsql/bin
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA"
	chown -R 999:999 "$PGDATA"
	exec setpriv --reuid=999 --regid=999 --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	# shellcheck disable=SC2086 # several options
	$bin/initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 $POSTGRES_INITDB_ARGS
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
	$bin/pg_ctl start --wait -o "-c listen_addresses='' -k /tmp"
	for file in /docker-entrypoint-initdb.d/*.sh; do PGHOST=/tmp sh "$file"; done
	$bin/pg_ctl stop --wait -m fast
fi
exec $bin/postgres -k /tmp -c listen_addresses='*'
