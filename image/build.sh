#!/bin/sh
# Makes what is made from the code: the Prisma client, the bundle of the workflows, and a file of certificates.
set -eu
npm run db:generate
npm run build:workflows
node image/certificates.ts dist/certificates.pem
