#!/usr/bin/env bash
# Entrypoint of the lab's MariaDB and MySQL images. Written for the lab to the contract of the
# official ones: what may be mounted, which variables count, what happens on an empty data directory.
set -Eeuo pipefail

complain() {
  echo "docker-entrypoint: $*" >&2
  exit 1
}

# setting NAME [DEFAULT]: NAME is $MARIADB_NAME or $MYSQL_NAME, or the content of the file that the
# same with _FILE names, or DEFAULT. Scripts of a first start see it as both.
setting() {
  local prefix variable file
  printf -v "$1" '%s' "${2:-}"
  for prefix in MYSQL MARIADB; do
    variable=${prefix}_$1 file=${prefix}_$1_FILE
    [[ -z ${!variable:-} || -z ${!file:-} ]] || complain "$variable and $file are both set; only one may be"
    [[ -z ${!variable:-} ]] || printf -v "$1" '%s' "${!variable}"
    [[ -z ${!file:-} ]] || printf -v "$1" '%s' "$(<"${!file}")"
    unset "$file"
  done
  export "MYSQL_$1=${!1}" "MARIADB_$1=${!1}"
}

is_mysql() { [[ -n ${MYSQL_MAJOR:-} ]]; }

# option NAME COMMAND…: what the server would take for it, as it says itself.
option() {
  "${@:2}" --verbose --help 2>/dev/null | awk -v name="$1" '$1 == name && /^[^ \t]/ {print $2; exit}'
}

quoted() { printf "'%s'" "$(sed -e 's/\\/\\\\/g' -e "s/'/''/g" <<<"$1")"; }

sql() {
  MYSQL_PWD=${given:+$MYSQL_ROOT_PASSWORD} "$client" --protocol=socket -uroot -hlocalhost --socket="$SOCKET" --comments "$@"
}

# Of the names of the official images': what a first start's script may call or replace.
docker_process_sql() { sql ${DATABASE:+"$DATABASE"} "$@"; }

docker_temp_server_stop() {
  if is_mysql; then
    mysqladmin --defaults-extra-file=<(printf '[client]\nuser=root\npassword="%s"\n' "$MYSQL_ROOT_PASSWORD") \
      --socket="$SOCKET" shutdown
  else
    kill "$MARIADB_PID"
    wait "$MARIADB_PID"
  fi
}

# The official image makes them always; here where MARIADB_HEALTHCHECK_GRANTS asks for it.
create_healthcheck_users() {
  local host password
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  for host in 127.0.0.1 ::1 localhost; do
    echo "CREATE USER IF NOT EXISTS healthcheck@'$host'; SET PASSWORD FOR healthcheck@'$host' = PASSWORD('$password');
          GRANT $MARIADB_HEALTHCHECK_GRANTS ON *.* TO healthcheck@'$host';"
  done
  (umask 077; printf '[mariadb-client]\nsocket=%s\nuser=healthcheck\npassword=%s\n' "$SOCKET" "$password" >"$DATADIR/.my-healthcheck.cnf")
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
      *.sql) echo "docker-entrypoint: $file"; sql ${DATABASE:+"$DATABASE"} <"$file" ;;
      *.sql.gz) echo "docker-entrypoint: $file"; gunzip -c "$file" | sql ${DATABASE:+"$DATABASE"} ;;
      '/docker-entrypoint-initdb.d/*') ;;
      *) echo "docker-entrypoint: ignoring $file" ;;
    esac
  done
}

users() {
  local password
  password=$(quoted "$ROOT_PASSWORD")
  is_mysql || echo "DELETE FROM mysql.db WHERE Db LIKE 'test%'; DROP USER IF EXISTS ''@'localhost';"
  echo "ALTER USER root@localhost IDENTIFIED BY $password;"
  [[ $ROOT_HOST == localhost ]] ||
    echo "CREATE USER root@$(quoted "$ROOT_HOST") IDENTIFIED BY $password;
          GRANT ALL ON *.* TO root@$(quoted "$ROOT_HOST") WITH GRANT OPTION;"
  [[ -z $DATABASE ]] || echo "CREATE DATABASE IF NOT EXISTS \`$DATABASE\`;"
  [[ -z $USER_NAME ]] || echo "CREATE USER $(quoted "$USER_NAME")@'%' IDENTIFIED BY $(quoted "$PASSWORD");"
  [[ -z $USER_NAME || -z $DATABASE ]] || echo "GRANT ALL ON \`${DATABASE//_/\\_}\`.* TO $(quoted "$USER_NAME")@'%';"
  is_mysql || [[ -z ${MARIADB_HEALTHCHECK_GRANTS:-} ]] || create_healthcheck_users
}

# On an empty data directory: the system's tables, then a server without network for the first commands.
first_start() {
  local i
  if is_mysql; then
    "$@" --initialize-insecure --default-time-zone=SYSTEM
    "$@" --daemonize --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET"
  else
    mariadb-install-db --datadir="$DATADIR" --rpm --auth-root-authentication-method=normal --skip-test-db \
      "${@:2}" --default-time-zone=SYSTEM --skip-log-bin --loose-innodb_buffer_pool_load_at_startup=0 \
      --loose-innodb_buffer_pool_dump_at_shutdown=0 >/dev/null
    echo "${MARIADB_VERSION#*:}.0-MariaDB" >"$DATADIR/mariadb_upgrade_info"
    "$@" --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" --expire-logs-days=0 --skip-slave-start &
    MARIADB_PID=$!
  fi
  given=''
  for ((i = 0; i < 600; i++)); do
    if sql -e 'SELECT 1' >/dev/null 2>&1; then break; fi
    sleep 0.1
  done
  users | sql mysql
  [[ -z $ROOT_PASSWORD ]] || given=yes
  run_init_directory
  docker_temp_server_stop
  echo 'docker-entrypoint: the data directory is ready; starting the server'
}

if [[ ${1:-} == -* ]]; then
  if is_mysql; then set -- mysqld "$@"; else set -- mariadbd "$@"; fi
fi

serving=no
if [[ ${1:-} == mariadbd || ${1:-} == mysqld ]]; then
  serving=yes
  for argument; do
    case $argument in -\? | --help | -V | --version | --print-defaults) serving=no ;; esac
  done
fi

if [[ $serving == yes ]]; then
  client=mariadb
  if is_mysql; then client=mysql; fi
  DATADIR=$(option datadir "$@")
  DATADIR=${DATADIR%/}
  SOCKET=$(option socket "$@")
  # Started as root: give the directories to mysql and start again as that user.
  if ((EUID == 0)); then
    mkdir -p "$DATADIR" "$(dirname "$SOCKET")"
    find "$DATADIR" "$(dirname "$SOCKET")" \! -user mysql -exec chown mysql: '{}' +
    exec gosu mysql "${BASH_SOURCE[0]}" "$@"
  fi
  setting ROOT_PASSWORD
  setting ROOT_HOST %
  setting DATABASE
  USER_NAME=${MARIADB_USER:-${MYSQL_USER:-}}
  setting PASSWORD
  setting ALLOW_EMPTY_ROOT_PASSWORD
  [[ -z ${MYSQL_ALLOW_EMPTY_PASSWORD:-} ]] || ALLOW_EMPTY_ROOT_PASSWORD=yes
  if [[ -d $DATADIR/mysql ]]; then
    echo 'docker-entrypoint: there is a database already; not initialising'
  else
    [[ -n $ROOT_PASSWORD$ALLOW_EMPTY_ROOT_PASSWORD ]] ||
      complain "the data directory is empty and no root password is given: set MYSQL_ROOT_PASSWORD or MYSQL_ALLOW_EMPTY_PASSWORD"
    first_start "$@"
  fi
fi

exec "$@"
