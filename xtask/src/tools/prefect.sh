#!/bin/sh
# Prefect from the virtual environment beside this file; written by `cargo xtask tools`.
exec "${0%/*}/venv/bin/python" -m prefect "$@"
