#!/usr/bin/env bash
# The tests of capture on a PostgreSQL of their own, started on loopback for as long as they run: on_postgres.sh PYTEST [ARGS]
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  echo "PostgreSQL is not installed (apt-get install postgresql): this half of the tests of capture is SKIPPED."
  exit 0
fi
where="$(mktemp -d)"
chmod 755 "$where"
trap 'bash "$here/postgres.sh" stop "$where"; rm -rf "$where"' EXIT
PGPORT="$("${PYTHON:-python3}" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
export PGPORT
DATABASE_URL="$(bash "$here/postgres.sh" start "$where")"
export DATABASE_URL
echo "The tests of capture, on PostgreSQL at 127.0.0.1:$PGPORT"
"$@"
