#!/bin/sh
# Makes the secrets that compose.yaml mounts, once; what is there stays. Needs openssl.
set -eu
cd "$(dirname "$0")/.."
umask 022
mkdir -p secrets
chmod 700 secrets # the files are read by users of the containers

keep() { # file, value: written if the file isn't there
  test -s "secrets/$1" || printf '%s' "$2" >"secrets/$1"
}

keep secret_key "$(openssl rand -hex 32)"
keep servicekit_secret "$(openssl rand -hex 32)"
keep bookings_database_password "$(openssl rand -hex 24)"
keep bookings_database_url "postgresql+psycopg2://bookings:$(cat secrets/bookings_database_password)@bookings.database:5432/bookings"
keep members_database_password "$(openssl rand -hex 24)"
keep members_database_url "postgresql+psycopg2://members:$(cat secrets/members_database_password)@members.database:5432/members"

# A certificate for trying it out; put the real one and its key into this file.
if ! test -s secrets/tls.pem; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout secrets/tls.key -out secrets/tls.crt 2>/dev/null
  cat secrets/tls.crt secrets/tls.key >secrets/tls.pem
  rm secrets/tls.crt secrets/tls.key
fi
