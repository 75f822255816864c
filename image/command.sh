#!/bin/sh
# The entry of the image: becomes the program that is named, which thereby gets the signals of the container.
set -eu

usage() {
  cat <<'TEXT'
Usage: docker run call-processing COMMAND [ARGUMENTS]

  gateway         serves the HTTP API
  worker          processes calls; several may run side by side
  migrate         creates and updates the tables, then ends; run it before a new version starts
  preflight       checks everything that the settings point at, then ends
  site-directory  reads the phone numbers of all ConnectWise sites now instead of at night, then ends
  api-key         makes a key for the gateway: api-key NAME SCOPES

COMMAND --help explains its arguments. The settings are those of .env.example, as environment variables.
TEXT
}

case "${1:-}" in
  gateway) program=src/server.ts ;;
  worker) program=src/worker.ts ;;
  migrate) program=prisma/migrate.ts ;;
  preflight) program=src/preflight.ts ;;
  site-directory) program=src/site-directory.ts ;;
  api-key) program=src/api-key.ts ;;
  help | --help | -h)
    usage
    exit
    ;;
  '')
    usage >&2
    exit 2
    ;;
  *)
    printf 'There is no command %s.\n\n' "$1" >&2
    usage >&2
    exit 2
    ;;
esac
shift
exec node -r ./src/process/node-version.cjs -r ./image/first-process.cjs "$program" "$@"
