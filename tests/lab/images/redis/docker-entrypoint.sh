#!/bin/sh
# Entrypoint of the lab's Redis and Valkey images. Written for the lab to the contract of the
# official images: a command that begins with an option, or ends in .conf, is the server's; as root
# it gives the data to the server's user and starts again as that one.
set -eu

product=redis
[ ! -x /usr/bin/valkey-server ] || product=valkey

case ${1:-} in
  -* | *.conf) set -- "$product-server" "$@" ;;
esac

if [ "${1:-}" = "$product-server" ]; then
  if [ "$(id -u)" = 0 ]; then
    # Only what looks like a data directory of the server's.
    strange=$(find . -mindepth 1 -maxdepth 1 ! -name '*.rdb' ! -name '*.aof' ! -name appendonlydir 2>/dev/null | head -n 1)
    [ -n "$strange" ] || find . ! -user "$product" -exec chown "$product" '{}' + 2>/dev/null || true
    exec gosu "$product" "$0" "$@"
  fi
  # What files it makes is its own business.
  [ "$(umask)" != 0022 ] || umask 0077
  # The official servers are built so: a container's port is reached from outside of it.
  case " $* " in *' --protected-mode '*) ;; *) set -- "$@" --protected-mode no ;; esac
  # shellcheck disable=SC2086
  [ "$product" != valkey ] || set -- "$@" ${VALKEY_EXTRA_FLAGS:-}
fi

exec "$@"
