#!/bin/sh
# Starts PostgreSQL by the variables that the image of its makers takes.
set -eu
data=/var/lib/postgresql/data
if test "$(id -u)" = 0; then
  chown postgres: "$data"
  exec setpriv --reuid=postgres --regid=postgres --init-groups sh "$0" "$@"
fi
if ! test -s "$data/PG_VERSION"; then
  initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \
    --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --no-instructions >/dev/null
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
  pg_ctl --pgdata="$data" --wait --silent --options="-c listen_addresses=''" start >/dev/null
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl --pgdata="$data" --wait --silent stop
fi
exec postgres -D "$data" -c "listen_addresses=*"
