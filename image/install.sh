#!/bin/sh
# Installs every package of package-lock.json, tools included: the next stages need them to build.
set -eu
npm ci
