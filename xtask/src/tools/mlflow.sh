#!/bin/sh
# MLflow from the virtual environment beside this file; written by `cargo xtask tools`.
# A server starts two processes that import the same; what one has compiled the other need not.
unset PYTHONDONTWRITEBYTECODE
exec "${0%/*}/venv/bin/python" -m mlflow "$@"
