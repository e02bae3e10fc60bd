# shellcheck shell=bash disable=SC2034  # what is set here is for those who source it
# Helpers for the scripts beside it: paths, messages, background processes, ports. Source it:
#   . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that runs keeps its files below one directory, so that tests (var/test) and a mesh
# (var) can run side by side and each can be thrown away whole.
var=${TONGBAN_VAR:-$root/var}
cache=$root/.cache
# The binary that is run: the debug build, unless another was built already and is named.
bin=${TONGBAN_BIN:-${CARGO_TARGET_DIR:-$root/target}/debug/tongban}

# A shell opened before rustup ran does not have cargo on its path yet.
command -v cargo >/dev/null || PATH=$PATH:${CARGO_HOME:-${HOME:-/root}/.cargo}/bin

log() { printf '%s\n' "$*" >&2; }
die() { log "error: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# first_free_port FROM: the first port from FROM on that nobody listens on.
first_free_port() {
  local port
  for ((port = $1; port < $1 + 200; port++)); do
    if port_free "$port"; then echo "$port"; return; fi
  done
  die "no free port from $1 to $port"
}

# When the process started, in clock ticks since boot: with the pid it names one process for good,
# so a pid that the system has given to another program is never mistaken for ours. Nothing for a
# zombie (Z): that one has ended, only its parent has not noticed.
start_ticks() { sed -n 's/.*) \([^Z]\)/\1/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# bg_pid NAME: the pid of a background process that is alive, else fails.
bg_pid() {
  local pid ticks
  { read -r pid && read -r ticks; } 2>/dev/null <"$var/run/$1.pid" || return 1
  [[ $ticks && $(start_ticks "$pid") == "$ticks" ]] || return 1
  echo "$pid"
}

# bg_start NAME COMMAND…: starts it with output to var/log/NAME.log and its pid in var/run/NAME.pid.
bg_start() {
  local name=$1 pid; shift
  mkdir -p "$var/run" "$var/log"
  # A session of its own: Ctrl-C in the terminal is for the foreground.
  setsid "$@" >"$var/log/$name.log" 2>&1 </dev/null &
  pid=$!
  printf '%s\n%s\n' "$pid" "$(start_ticks "$pid")" >"$var/run/$name.pid"
}

# bg_stop NAME [SECONDS]: TERM, wait, then KILL, exactly the process in the pid file.
bg_stop() {
  local name=$1 seconds=${2:-20} pid i
  if pid=$(bg_pid "$name"); then
    kill -TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < seconds * 10; i++)); do
      bg_pid "$name" >/dev/null || break
      sleep 0.1
    done
    if bg_pid "$name" >/dev/null; then
      log "$name did not stop within ${seconds} s: killed"
      kill -KILL "$pid" 2>/dev/null || true
    fi
  fi
  rm -f "$var/run/$name.pid"
}

# bg_wait NAME SECONDS COMMAND…: until the command succeeds; says why when the process died first.
bg_wait() {
  local name=$1 seconds=$2 i; shift 2
  for ((i = 0; i < seconds * 5; i++)); do
    if "$@"; then return; fi
    bg_pid "$name" >/dev/null || break
    sleep 0.2
  done
  log "the last lines of $var/log/$name.log:"
  tail -n 20 "$var/log/$name.log" >&2 || true
  if bg_pid "$name" >/dev/null; then die "$name was not ready within $seconds s"; fi
  die "$name ended while starting"
}

http_ok() { curl --silent --fail --max-time 2 --output /dev/null "$1"; }

# wait_for_http NAME URL [SECONDS]: until the process NAME answers 2xx there.
wait_for_http() { bg_wait "$1" "${3:-60}" http_ok "$2"; }

# build_tongban: what `make test` builds too, so that neither throws the other's work away.
build_tongban() { [[ ${TONGBAN_BIN:-} ]] || (cd "$root" && cargo build --locked --package tongban); }
