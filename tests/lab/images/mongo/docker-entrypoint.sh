#!/usr/bin/env bash
# Entrypoint of the lab's stand-in for MongoDB. Written for the lab to the contract of the official
# image: what may be mounted, which variables count, what happens on an empty data directory.
set -Eeuo pipefail

complain() {
  echo "docker-entrypoint: $*" >&2
  exit 1
}

# setting NAME: NAME is its value, or the content of the file $NAME_FILE.
setting() {
  local file=$1_FILE
  if [[ -n ${!file:-} ]]; then
    [[ -z ${!1:-} ]] || complain "$1 and $file are both set; only one may be"
    printf -v "$1" '%s' "$(<"${!file}")"
  elif [[ -z ${!1:-} ]]; then
    printf -v "$1" '%s' ''
  fi
  unset "$file"
}

# argument NAME WORD...: its value among the words.
argument() {
  local name=$1
  shift
  while (($#)); do
    case $1 in
      "$name") echo "${2:-}"; return ;;
      "$name"=*) echo "${1#*=}"; return ;;
    esac
    shift
  done
}

# dbPath of the words, or of the configuration file that they name.
data_directory() {
  local directory config
  directory=$(argument --dbpath "$@")
  config=$(argument --config "$@")
  [[ -n $config ]] || config=$(argument -f "$@")
  if [[ -z $directory && -n $config ]]; then
    directory=$(sed -nE 's/^[[:space:]]+dbPath:[[:space:]]*"?([^"#[:space:]]+).*/\1/p' "$config" | head -n 1)
  fi
  echo "${directory:-/data/db}"
}

run_init_directory() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        echo "docker-entrypoint: $file"
        # shellcheck source=/dev/null
        . "$file"
        ;;
      *.js) echo "docker-entrypoint: skipping $file: the lab's image has no shell that runs JavaScript" ;;
      '/docker-entrypoint-initdb.d/*') ;;
      *) echo "docker-entrypoint: ignoring $file" ;;
    esac
  done
}

# start_first WORD...: a server on loopback, which answers when this returns; $first is its number.
start_first() {
  local i port pid_file=${TMPDIR:-/tmp}/docker-entrypoint-temp-mongod.pid
  port=$(argument --port "$@")
  "$@" --bind_ip 127.0.0.1 --port "${port:-27017}" --pidfilepath "$pid_file" &
  first=$!
  for ((i = 0; i < 300; i++)); do
    ! mongo-command --uri "mongodb://127.0.0.1:${port:-27017}/" admin '{"ping": 1}' >/dev/null 2>&1 || return 0
    kill -0 "$first" 2>/dev/null || complain 'the first server ended'
    sleep 0.1
  done
}

stop_first() {
  kill -TERM "$first"
  wait "$first"
  rm -f "${TMPDIR:-/tmp}/docker-entrypoint-temp-mongod.pid"
}

# On an empty data directory: the first user, whom the stand-in makes by itself where it asks for
# users; then, by one that asks for none as the official image's, the first commands.
first_start() {
  local word own=() words=()
  for word in "$@"; do
    [[ $word == --bind_ip_all ]] || own+=("$word")
    [[ $word == --bind_ip_all || $word == --auth ]] || words+=("$word")
  done
  if [[ -n $MONGO_INITDB_ROOT_USERNAME ]]; then
    FERRETDB_SETUP_DATABASE=admin FERRETDB_SETUP_USERNAME=$MONGO_INITDB_ROOT_USERNAME \
      FERRETDB_SETUP_PASSWORD=$MONGO_INITDB_ROOT_PASSWORD start_first "${own[@]}"
    stop_first
  fi
  start_first "${words[@]}"
  if [[ -n $MONGO_INITDB_ROOT_USERNAME ]]; then
    # Which the server notes with its first user, and the tools ask for.
    mongo-command --uri "mongodb://127.0.0.1:$(argument --port "$@" --port 27017)/" admin \
      '{"insert": "system.version", "documents": [{"_id": "authSchema", "currentVersion": 5}]}' >/dev/null
  fi
  run_init_directory
  stop_first
  echo 'docker-entrypoint: the data directory is ready; starting the server'
}

[[ ${1:-} != -* ]] || set -- mongod "$@"

if [[ ${1:-} == mongod && $EUID == 0 ]]; then
  find /data/configdb /data/db \! -user mongodb -exec chown mongodb '{}' +
  chown --dereference mongodb /proc/self/fd/1 /proc/self/fd/2 2>/dev/null || true
  exec gosu mongodb "${BASH_SOURCE[0]}" "$@"
fi

if [[ ${1:-} == mongod ]]; then
  setting MONGO_INITDB_ROOT_USERNAME
  setting MONGO_INITDB_ROOT_PASSWORD
  wanted=no
  if [[ -n $MONGO_INITDB_ROOT_USERNAME && -n $MONGO_INITDB_ROOT_PASSWORD ]]; then
    [[ " $* " == *' --auth '* ]] || set -- "$@" --auth
    wanted=yes
  elif [[ -n $MONGO_INITDB_ROOT_USERNAME || -n $MONGO_INITDB_ROOT_PASSWORD ]]; then
    complain 'MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD: one is missing'
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in *.sh | *.js) wanted=yes ;; esac
  done
  data=$(data_directory "$@")
  for file in WiredTiger journal local.0 storage.bson; do
    [[ ! -e $data/$file ]] || wanted=no
  done
  [[ $wanted == no ]] || first_start "$@"
  # The official image's server does not listen to its own loopback alone.
  [[ -n $(argument --bind_ip "$@") || " $* " == *' --bind_ip_all '* ]] || set -- "$@" --bind_ip_all
  unset MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD
fi

exec "$@"
