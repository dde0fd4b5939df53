# Sourced by the scripts of deploy/ and Tests/Lab: messages, Debian packages, the build.
# shellcheck shell=bash disable=SC2034

say() { printf '%s\n' "$*"; }
# Begins a part of a long run: says how long everything took until here.
part() { say "[$((SECONDS / 60)) min $((SECONDS % 60)) s] $*"; }
fail() {
  printf 'postern: %s\n' "$*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Swift 6.2 or later, in the PATH or where the tarball's documentation puts it.
need_swift() {
  if ! command -v swift >/dev/null; then
    local place
    for place in /opt/swift/usr/bin /usr/local/swift/usr/bin /usr/share/swift/usr/bin; do
      [ -x "$place/swift" ] && PATH=$place:$PATH
    done
  fi
  command -v swift >/dev/null ||
    fail "Swift is missing. Install Swift 6.2 or later (https://www.swift.org/install/linux/) and put it in the PATH."
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
  # shellcheck disable=SC2086
  set -- $version
  if [ "${1:-0}" -lt 6 ] || { [ "$1" -eq 6 ] && [ "$2" -lt 2 ]; }; then
    fail "Swift 6.2 or later is needed; $(command -v swift) is ${1:-?}.${2:-?}."
  fi
}

# blocks FILE FIRST LAST: the lines of the code blocks between two patterns of a page.
blocks() { sed -n "/$2/,/$3/p" "$1" | awk '/^\140\140\140/ { inside = !inside; next } inside'; }

# Installs what is missing among the Debian packages named; root only then.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "Installing: ${missing[*]}"
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "these packages are missing; as root: apt-get install ${missing[*]}"
    as=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as[@]}" apt-get update -qq || say "apt-get update failed; trying with the lists that are here"
  "${as[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "could not install ${missing[*]}; is there a network?"
  # Debian starts the broker as a service; ours are started by hand, on ports of their own.
  if printf '%s\n' "${missing[@]}" | grep -qx mosquitto && [ -d /run/systemd/system ]; then
    "${as[@]}" systemctl disable --now mosquitto >/dev/null 2>&1 || true
  fi
}

build_packages=(git libsqlite3-dev libgpiod-dev libmosquitto-dev libssl-dev zlib1g-dev mosquitto pkg-config tzdata)
# What the tests need beside them: independent clients of the protocol.
test_packages=(mosquitto-clients python3-paho-mqtt python3-cryptography python3-jsonschema python3-yaml jq openssl shellcheck
  softhsm2 libengine-pkcs11-openssl groff-base)

# Builds with SwiftPM's own progress on a terminal, and a sign of life elsewhere.
# shellcheck disable=SC2120
build() {
  if [ -z "${is_building:-}" ]; then
    say "Building with $(swift --version 2>/dev/null | head -n 1)."
    say "The first time this takes some minutes: SQLite, MQTT, HTTP and cryptography come along."
    is_building=yes
  fi
  if [ -t 1 ]; then
    swift build --package-path "$root" "$@"
    return
  fi
  local log pid waited=0
  log=$(mktemp)
  swift build --package-path "$root" "$@" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    [ $((waited % 15)) -eq 0 ] && say "  ${waited} s: $(tail -n 1 "$log" | cut -c 1-100)"
  done
  if ! wait "$pid"; then
    cat "$log"
    rm -f "$log"
    fail "the build failed, see above"
  fi
  tail -n 1 "$log"
  rm -f "$log"
}
