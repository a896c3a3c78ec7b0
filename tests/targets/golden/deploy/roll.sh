#!/bin/sh
# Replaces the instances of a service by those of another image, and no request fails:
#   CATALOGUE_TAG=v2 docker compose build catalogue
#   sh deploy/roll.sh catalogue v2
# rolls forward; the same with the tag before rolls back. New instances start beside the old ones,
# which are stopped when all of the new are healthy: they end what they are at.
set -eu
cd "$(dirname "$0")/.."
service=${1:?a service is needed: roll.sh SERVICE TAG}
tag=${2:?a tag is needed: roll.sh SERVICE TAG}
case $service in
  bookings) variable=BOOKINGS_TAG ;;
  members) variable=MEMBERS_TAG ;;
  *)
    echo "roll.sh: there is no service $service" >&2
    exit 2
    ;;
esac

instances() { docker compose ps --quiet "$@" "$service"; }

stop() { # containers
  for container in "$@"; do
    docker stop --time 45 "$container" >/dev/null
    docker rm "$container" >/dev/null
  done
}

old=$(instances)
if test -z "$old"; then
  echo "roll.sh: no instance of $service runs: docker compose up --wait $service" >&2
  exit 2
fi
count=$(printf '%s\n' "$old" | grep -c .)
was=$(grep "^$variable=" .env 2>/dev/null || true)

keep() { # a line of .env, where compose finds the tags of services
  test ! -f .env || sed -i "/^$variable=/d" .env
  test -z "$1" || printf '%s\n' "$1" >>.env
}

keep "$variable=$tag"
if ! docker compose up --detach --wait --no-deps --no-recreate --scale "$service=$((2 * count))" "$service"; then
  echo "roll.sh: $service does not get healthy with $tag; the old instances go on" >&2
  keep "$was"
  # shellcheck disable=SC2046 # one word for each container
  stop $(instances --all | grep -vxF "$old")
  exit 1
fi
# shellcheck disable=SC2086 # one word for each container
stop $old
