# shellcheck shell=bash
# Debian root file systems from whatever mirror this machine's apt is set up for. Sourced after
# lib.sh. No mirror is named here: on a machine that is not Debian, mmdebstrap knows its own.

# lab_sources SUITE: the sources.list line for it on the machine's mirror, or nothing.
lab_sources() {
  # shellcheck source=/dev/null
  local id codename uri entry key options=''
  id=$(. /etc/os-release && echo "$ID") codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [[ $id == debian ]] || return 0
  read -r uri entry < <(
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI) $(SOURCESENTRY)' 'Created-By: Packages' |
      awk -v codename="$codename" '$1 == codename && $2 == "main" {print $3, $4; exit}'
  ) || true
  [[ -n $uri ]] || return 0
  # apt tells the file of an entry but not its key: deb822 "Signed-By:" or "[signed-by=]" in one line.
  key=$(sed -nE 's/^Signed-By:[[:space:]]*(\/[^[:space:]]+).*/\1/p; s/^deb .*signed-by=(\/[^] ,]+).*/\1/p' \
    "${entry%:*}" | head -n 1)
  [[ -n $key ]] && options="[signed-by=$key] "
  echo "deb $options$uri $1 main"
}

# lab_debian SUITE TARGET [MMDEBSTRAP OPTION]...: a minimal Debian without documentation, locales,
# package caches or the mirror's name. TARGET is a new .tar or a new directory.
lab_debian() {
  local suite=$1 target=$2 line sources
  local options=(--variant=minbase --dpkgopt=force-confold --dpkgopt=force-unsafe-io
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*'
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*'
    --aptopt='Acquire::Languages "none"')
  shift 2
  lab_need mmdebstrap
  while read -r line; do
    options+=(--aptopt="$line")
  done < <(apt-config dump --format '%F "%v";%n' Acquire |
    grep -E '^Acquire::(https?::.*Proxy|Check-Valid-Until|Check-Date|ForceIPv4) "[^"]' || true)
  # Suites before their release are signed for a week only, and a mirror may stand still for longer.
  case $suite in bookworm | trixie) ;; *) options+=(--aptopt='Acquire::Check-Valid-Until "false"') ;; esac
  # No server may start while its package is being installed.
  # shellcheck disable=SC2016
  options+=(--essential-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d" && chmod 755 "$1/usr/sbin/policy-rc.d"'
    "$@"
    --customize-hook='rm -rf "$1"/usr/sbin/policy-rc.d "$1"/etc/apt/sources.list* "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/usr/share/i18n "$1"/var/cache/debconf/*-old "$1"/var/log/*.log "$1"/var/log/apt "$1"/etc/hostname "$1"/etc/resolv.conf')
  sources=$(lab_sources "$suite")
  # A terminal's locale need not exist inside.
  LC_ALL=C.UTF-8 mmdebstrap --quiet "${options[@]}" "$suite" "$target" ${sources:+"$sources"} >&2
}
