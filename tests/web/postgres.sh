#!/usr/bin/env bash
# Starts a PostgreSQL of one's own on loopback, for tests; prints its DATABASE_URL. Stop it: postgres.sh stop FOLDER
set -euo pipefail
where="${2:-${TMPDIR:-/tmp}/firstdose-postgres}"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 1; }
run() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }
if [ "${1:-start}" = stop ]; then run "$bin/pg_ctl" -D "$where/pg" -m fast -w stop >/dev/null; exit; fi
port="${PGPORT:-54329}"
if [ ! -d "$where/pg" ]; then
  mkdir -p "$where"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$where"; fi
  run "$bin/initdb" -D "$where/pg" -U firstdose --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
fi
run "$bin/pg_ctl" -D "$where/pg" status >/dev/null 2>&1 || run "$bin/pg_ctl" -D "$where/pg" -w -l "$where/log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200" start >/dev/null
run "$bin/psql" -h 127.0.0.1 -p "$port" -U firstdose -d postgres -tAc "SELECT 1 FROM pg_database WHERE datname='firstdose'" | grep -q 1 \
  || run "$bin/createdb" -h 127.0.0.1 -p "$port" -U firstdose firstdose
echo "postgresql://firstdose@127.0.0.1:$port/firstdose"
