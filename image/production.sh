#!/bin/sh
# Leaves in node_modules only what the service loads on this kind of machine.
set -eu
npm prune --omit=dev

# Temporal's native bridge comes for five systems, 28 MB each. One of them is this one.
bridge=node_modules/@temporalio/core-bridge
own=$(node --print "require('./$bridge/common.js').getPrebuiltTargetName()")
test -f "$bridge/releases/$own/index.node"
for folder in "$bridge"/releases/*; do
  if [ "$folder" != "$bridge/releases/$own" ]; then rm -r "$folder"; fi
done

# Prisma's compiler of queries comes for five databases, 14 MB each. Ours is PostgreSQL.
for file in node_modules/@prisma/client/runtime/query_compiler_*; do
  case "$file" in
    *.postgresql.*) ;;
    *) rm "$file" ;;
  esac
done

# An optional peer of Prisma's client, which npm therefore keeps: 28 MB that nothing loads when it runs.
rm -r node_modules/typescript node_modules/@typescript node_modules/.bin/tsc
