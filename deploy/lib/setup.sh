# What building and running needs on a fresh Debian or Ubuntu machine. Sourced by demo.sh and test.sh; does nothing where
# everything is there already.

# cargo 1.95 or newer must be on PATH: this project does not install a toolchain behind your back.
need_cargo() {
    local version
    version=$(cargo --version 2>/dev/null | sed -E 's/^cargo ([0-9]+)\.([0-9]+).*/\1 \2/') || version=""
    read -r major minor <<<"${version:-0 0}"
    if ((major < 1 || (major == 1 && minor < 95))); then
        echo "cargo 1.95 or newer is needed: install Rust from https://rustup.rs, then run this again." >&2
        exit 2
    fi
}

# A C compiler, make and perl build the encrypted SQLite and its OpenSSL.
need_packages() {
    local missing=()
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v make >/dev/null || missing+=(make)
    command -v perl >/dev/null || missing+=(perl)
    if ((${#missing[@]} == 0)); then
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "please install: ${missing[*]}" >&2
        exit 2
    fi
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "installing: ${missing[*]}" >&2
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"
}

setup() {
    need_cargo
    need_packages
}
