#!/usr/bin/env bash
# Entrypoint of the lab's PostgreSQL images. Written for the lab to the contract of the official
# image: what may be mounted, which variables count, what happens on an empty data directory.
set -Eeuo pipefail

complain() {
  echo "docker-entrypoint: $*" >&2
  exit 1
}

# setting NAME [DEFAULT]: NAME is its value, or the content of the file $NAME_FILE, or DEFAULT.
setting() {
  local file=$1_FILE
  if [[ -n ${!file:-} ]]; then
    [[ -z ${!1:-} ]] || complain "$1 and $file are both set; only one may be"
    printf -v "$1" '%s' "$(<"${!file}")"
  elif [[ -z ${!1:-} ]]; then
    printf -v "$1" '%s' "${2:-}"
  fi
  unset "$file"
}

# Started as root: give the directories to postgres and start again as that user.
hand_over() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA" || true
  find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
  find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
  if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then
    mkdir -p "$POSTGRES_INITDB_WALDIR"
    chmod 700 "$POSTGRES_INITDB_WALDIR"
    find "$POSTGRES_INITDB_WALDIR" \! -user postgres -exec chown postgres '{}' +
  fi
  exec gosu postgres "${BASH_SOURCE[0]}" "$@"
}

make_cluster() {
  # initdb insists on a name for its user, and --user may be any number.
  local as=(env) record=''
  if ! getent passwd "$(id -u)" >/dev/null; then
    record=$(mktemp -d)
    echo "postgres:x:$(id -u):$(id -g)::$PGDATA:/bin/false" >"$record/passwd"
    echo "postgres:x:$(id -g):" >"$record/group"
    as+=(LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD="$record/passwd" NSS_WRAPPER_GROUP="$record/group")
  fi
  local arguments=()
  # POSTGRES_INITDB_ARGS is a piece of command line, quotes included.
  eval "arguments=($POSTGRES_INITDB_ARGS)"
  [[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || arguments+=(--waldir="$POSTGRES_INITDB_WALDIR")
  "${as[@]}" initdb --username="$POSTGRES_USER" ${POSTGRES_PASSWORD:+--pwfile=<(echo "$POSTGRES_PASSWORD")} "${arguments[@]}"
  [[ -z $record ]] || rm -r "$record"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

sql() {
  PGHOST='' PGHOSTADDR='' PGPASSWORD=$POSTGRES_PASSWORD psql --no-psqlrc --no-password --set ON_ERROR_STOP=1 \
    --username "$POSTGRES_USER" --dbname "${database:-$POSTGRES_DB}" "$@"
}

run_init_directory() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        echo "docker-entrypoint: $file"
        # shellcheck source=/dev/null
        if [[ -x $file ]]; then "$file"; else . "$file"; fi
        ;;
      *.sql) echo "docker-entrypoint: $file"; sql --file "$file" ;;
      *.sql.gz) echo "docker-entrypoint: $file"; gunzip -c "$file" | sql ;;
      *.sql.xz) echo "docker-entrypoint: $file"; xzcat "$file" | sql ;;
      *.sql.zst) echo "docker-entrypoint: $file"; zstd -dc "$file" | sql ;;
      '/docker-entrypoint-initdb.d/*') ;;
      *) echo "docker-entrypoint: ignoring $file" ;;
    esac
  done
}

# On an empty data directory: a cluster, then a server without network for the first commands.
first_start() {
  if [[ -z $POSTGRES_PASSWORD && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
    complain "the data directory is empty and no superuser password is given:" \
      "set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in"
  fi
  make_cluster
  local create="CREATE DATABASE \"${POSTGRES_DB//\"/\"\"}\""
  if ! command -v psql >/dev/null; then
    # An image without client tools.
    [[ $POSTGRES_DB == postgres ]] || postgres --single -D "$PGDATA" postgres <<<"$create" >/dev/null
    return
  fi
  local options
  printf -v options '%q ' "${@:2}" -c listen_addresses= -p "${PGPORT:-5432}"
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -w -o "$options" start
  [[ $POSTGRES_DB == postgres ]] || database=postgres sql --command "$create"
  run_init_directory
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'docker-entrypoint: the data directory is ready; starting the server'
}

[[ ${1:-} != -* ]] || set -- postgres "$@"

serving=no
if [[ ${1:-} == postgres ]]; then
  serving=yes
  for argument; do
    case $argument in -\? | --help | --describe-config | -V | --version) serving=no ;; esac
  done
fi

if [[ $serving == yes ]]; then
  ((EUID != 0)) || hand_over "$@"
  setting POSTGRES_PASSWORD
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  setting POSTGRES_INITDB_ARGS
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA" || true
  if [[ -s $PGDATA/PG_VERSION ]]; then
    echo 'docker-entrypoint: there is a database already; not initialising'
  else
    first_start "$@"
  fi
fi

exec "$@"
