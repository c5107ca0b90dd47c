#include "databases/mongo/load_dump.hpp"

namespace dksnap::databases::mongo {

// Read by the official image's entrypoint, and not run: it may neither end it nor change its
// variables. It runs with the server that makes the first users, which asks nobody who he is and
// listens to loopback alone. A server does not start with a storage.bson that is empty (mongo,
// storage_engine_metadata.cpp), and the entrypoint takes it for a sign that there is nothing to be
// made anew. mongorestore goes on where single documents are refused, which it tells by a line and
// a number, and gives up where anything else is. It leaves none of the entrypoint's users where the
// dump has users; where it has none, the shell drops them.
const char* const kLoadDump = R"sh(#!/bin/bash
# Made by dksnap: loads a dump of all databases, once.
dksnap_load() (
  set +eu
  trap - ERR
  parts=/var/lib/dksnap/dump
  [ -e "$parts/part-00000001" ] || exit 0
  report=$parts/report/errors
  pid=$(cat "${TMPDIR:-/tmp}/docker-entrypoint-temp-mongod.pid")
  # option NAME OTHERWISE: of the server's command line.
  option() {
    value=$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n -e "s/^--$1=//p" -e "/^--$1\$/{n;p;}" | tail -n 1)
    echo "${value:-$2}"
  }
  refuse() {
    echo "the dump has not been loaded: $1" >"$report"
    echo "dksnap: the dump has not been loaded: $1" >&2
    exit 0
  }
  data=
  for descriptor in "/proc/$pid/fd/"*; do
    file=$(readlink "$descriptor")
    case $file in */mongod.lock) data=${file%/*} ;; esac
  done
  [ -n "$data" ] || refuse 'it is not seen where the server keeps its data'
  [ "$(option storageEngine '')" != inMemory ] || refuse 'the server keeps its data in memory alone'
  command -v mongorestore >/dev/null || refuse 'the image has no mongorestore'
  host=$(option bind_ip 127.0.0.1)
  host=${host%%,*}
  port=$(option port 27017)
  # One that is ended before all is loaded does not start again with half of it.
  cp -p "$data/storage.bson" "$data/storage.bson.dksnap" && : >"$data/storage.bson" ||
    refuse 'its directory cannot be written to'
  echo 'the load of the dump was interrupted' >"$report"
  made=${MONGO_INITDB_ROOT_USERNAME:-}
  if [ -n "$made" ]; then
    for shell in mongosh mongo; do
      command -v "$shell" >/dev/null || continue
      HOME=/tmp "$shell" --quiet --norc --host "$host" --port "$port" admin \
        --eval 'db.dropAllUsers()' >/dev/null 2>&1 && made=
      break
    done
  fi
  options=()
  [ ! -e "$parts/oplog" ] || options=(--oplogReplay)
  load() {
    cat "$parts"/part-* | mongorestore --host "$host" --port "$port" --archive --drop \
      --bypassDocumentValidation "${options[@]}" 2>"$report.all"
    status=$?
    # Lines begin with the time.
    sed -e 's/^[^ 	]*	//' -e 's/^\(.\{400\}\).*/\1/' "$report.all" >"$report.words"
    grep -E '^Failed: |continuing through error|[1-9][0-9]* document\(s\) failed to restore' \
      "$report.words"
    grep -q '^Failed: ' "$report.words" || [ "$status" -eq 0 ] ||
      echo "mongorestore ended with status $status: $(tail -n 1 "$report.words")"
  }
  # Without what it gave up at there is at least all else.
  again() {
    { grep '^Failed: ' "$report.found"; load; } >"$report.next"
    mv "$report.next" "$report.found"
  }
  load >"$report.found"
  if grep -q '^Failed: .*oplog' "$report.found"; then
    options=()
    again
  fi
  if grep -q -E '^Failed: .*(auth version|merge command|restoring (users|roles))' "$report.found"; then
    options=(--nsExclude 'admin.system.*')
    again
  fi
  if grep -q '^Failed: .*creating indexes' "$report.found"; then
    echo 'and the indexes that it had still to make, if there were any' >>"$report.found"
  fi
  if [ -n "$made" ] && ! grep -q '^restoring users from' "$report.words"; then
    echo "the user $made, whom the entrypoint has made and the source has not, is still there" \
      >>"$report.found"
  fi
  mv "$data/storage.bson.dksnap" "$data/storage.bson"
)sh";

const char* const kLoadDumpEnd = R"sh(  rm -f "$report.all" "$report.words" "$report.found"
  exit 0
)
dksnap_load || :
)sh";

}  // namespace dksnap::databases::mongo
