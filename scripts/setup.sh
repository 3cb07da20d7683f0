#!/bin/sh
# Sets up what mevagent needs: system packages, a virtual environment, the locked dependencies.
# usage: setup.sh VENV      (PYTHON names the interpreter, python3 by default)
# Does nothing, quickly, when nothing changed.
set -eu
cd "$(dirname "$0")/.."
venv=${1:-.venv}
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "mevagent needs Python 3.11 or newer; set PYTHON to one" >&2
    exit 3
}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# The system packages that are missing: Icarus Verilog, venv, and the shared libpython, which
# the simulator embeds.
missing=""
command -v iverilog >/dev/null 2>&1 || missing="$missing iverilog"
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python$version-venv"
"$python" -c '
import ctypes, sys, sysconfig
name = sysconfig.get_config_var("INSTSONAME")
folder = sysconfig.get_config_var("LIBDIR") or ""
if not str(name).endswith(".a"):
    for path in (name, folder + "/" + name):
        try:
            ctypes.CDLL(path)
            sys.exit(0)
        except OSError:
            pass
try:
    ctypes.CDLL("libpython%d.%d.so.1.0" % sys.version_info[:2])
except OSError:
    sys.exit(1)
' 2>/dev/null || missing="$missing libpython$version"

# llama.cpp's threads need GNU's OpenMP library.
"$python" -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || missing="$missing libgomp1"

if [ -n "$missing" ]; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        as_root="sudo -n"
        sudo -n true 2>/dev/null || as_root="none"
    fi
    if [ "$as_root" = none ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "mevagent needs these system packages; run: sudo apt-get install$missing" >&2
        exit 3
    fi
    echo "installing$missing"
    # shellcheck disable=SC2086
    { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y --no-install-recommends $missing; } >/dev/null
fi

stamp="$venv/.mevagent-setup"
if [ -f "$stamp" ] && cmp -s requirements.lock "$stamp" && [ "$venv/bin/mevagent" -nt pyproject.toml ]; then
    exit 0
fi
echo "setting up $venv"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
# The locked pip first: an old one builds source packages in ways of its own.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$(grep -o '^pip==[0-9.]*' requirements.lock)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch "$venv/bin/mevagent"
cp requirements.lock "$stamp"
