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

# Installs what is missing of these Debian packages; each is named with a file or program it brings.
#   install_missing gcc:cc make:make libegl1:libEGL.so.1
install_missing() {
    local missing=() pair package proof libraries
    # Read as a whole: a reader that leaves early makes the writer of a pipe fail. Not everybody's PATH has /sbin.
    libraries=$(PATH="$PATH:/sbin" ldconfig -p 2>/dev/null) || libraries=""
    for pair in "$@"; do
        package="${pair%%:*}" proof="${pair#*:}"
        case "$proof" in
        *.so*) [[ $libraries == *"$proof"* ]] || missing+=("$package") ;;
        /*) compgen -G "$proof" >/dev/null || missing+=("$package") ;;
        *) command -v "$proof" >/dev/null || missing+=("$package") ;;
        esac
    done
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

# A C compiler, make and perl build the encrypted SQLite and its OpenSSL; the window paints through OpenGL, in software if
# there is no graphics driver.
need_packages() {
    install_missing gcc:cc libc6-dev:/usr/include/stdio.h make:make perl:perl \
        libgl1:libGL.so.1 libegl1:libEGL.so.1 "libgl1-mesa-dri:/usr/lib/*/dri/*" \
        libx11-6:libX11.so.6 libx11-xcb1:libX11-xcb.so.1 libxcursor1:libXcursor.so.1 libxi6:libXi.so.6 \
        libxkbcommon0:libxkbcommon.so.0 libxkbcommon-x11-0:libxkbcommon-x11.so.0
}

# A virtual screen with a window manager, keys and pictures: for driving and measuring real windows.
need_display() {
    install_missing xvfb:Xvfb openbox:openbox xdotool:xdotool imagemagick:import x11-xserver-utils:xmodmap
}

# Ends and hurts real processes at a chosen system call; network namespaces with bridges, cables and rates.
need_fault_tools() {
    install_missing strace:strace iproute2:ip iproute2:tc iproute2:bridge util-linux:nsenter
}

setup() {
    need_cargo
    need_packages
}
