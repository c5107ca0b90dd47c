# shellcheck shell=bash disable=SC2034
# What the lab's scripts share. Sourced, never run. stdout belongs to each script's one answer, so
# everything said on the way goes to stderr.

# Built root file systems and trees: safe to delete, costs a rebuild.
lab_cache=${DKSNAP_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dksnap/lab}

# Data and sockets of engines and registries. Short for root: a unix socket's path may have 107 bytes.
if [[ -n ${DKSNAP_LAB_STATE:-} ]]; then
  lab_state=$DKSNAP_LAB_STATE
elif ((EUID == 0)); then
  lab_state=/var/lib/dksnap-lab
else
  lab_state=${XDG_STATE_HOME:-$HOME/.local/state}/dksnap/lab
fi

lab_say() { printf 'lab: %s\n' "$*" >&2; }

# lab_fail WHAT WHY WHAT-TO-DO: ends the script.
lab_fail() {
  printf 'lab: %s\n  why:  %s\n  help: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

# lab_need COMMAND: the scripts name what is missing instead of failing somewhere inside.
lab_need() {
  local command
  for command in "$@"; do
    command -v "$command" >/dev/null ||
      lab_fail "$command is needed" "it is not on this machine" "run: scripts/setup test"
  done
}

# lab_started PID: when a process started, in clock ticks since boot; empty if there is none. With
# the number this names a process for good, since numbers are used again.
lab_started() {
  local line
  line=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  line=${line##*) }
  # shellcheck disable=SC2086
  set -- $line
  echo "${20}"
}

# lab_running FILE: prints the process that lab_record wrote to FILE, if that very one still runs.
lab_running() {
  local pid='' started=''
  { read -r pid started <"$1"; } 2>/dev/null || return 1
  [[ -n $pid && $(lab_started "$pid") == "$started" ]] || return 1
  echo "$pid"
}

lab_record() { echo "$2 $(lab_started "$2")" >"$1"; }

# lab_end FILE SECONDS: asks that process to end, makes it end after SECONDS, returns when it is gone.
lab_end() {
  local pid i
  pid=$(lab_running "$1") || { rm -f "$1"; return 0; }
  kill -TERM "$pid" 2>/dev/null || true
  for ((i = 0; i < $2 * 20; i++)); do
    lab_running "$1" >/dev/null || { rm -f "$1"; return 0; }
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
  for ((i = 0; i < 100; i++)); do
    lab_running "$1" >/dev/null || break
    sleep 0.05
  done
  rm -f "$1"
}
