# The whole service as one image, whose commands are those of image/command.sh:
#
#   docker build --tag call-processing .
#   docker run --rm call-processing
#
# Nothing here runs but the scripts in image/, and test/full/image.test.ts builds the same files from these
# instructions without Docker.

# The Node that the tests run on. slim is Debian with glibc, which Temporal's native bridge needs, and little else.
FROM node:24.21.0-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY image/install.sh image/
RUN sh image/install.sh

# What runs in production: of the packages, those that are no tools.
FROM install AS production
COPY image/production.sh image/
RUN sh image/production.sh

# What is made from the code.
FROM install AS build
COPY prisma.config.ts ./
COPY prisma prisma
COPY src src
COPY image/build.sh image/certificates.ts image/
RUN sh image/build.sh

# The stand-ins for the outside systems, to try the service without them: docker build --target sandbox .
FROM build AS sandbox
COPY sandbox sandbox
COPY image/health.ts image/
USER node
ENTRYPOINT ["node", "sandbox/main.ts"]
CMD ["--data-dir", "/tmp/sandbox"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "image/health.ts"]

# The last stage is the image.
FROM node:24.21.0-slim AS service
WORKDIR /app
# A container is reached from outside or not at all, so the gateway listens everywhere and insists on API_KEYS.
# The image has no certificates of Debian, which Temporal's client needs for TLS: build.sh writes those of Node.
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  WORKFLOW_BUNDLE=dist/workflow-bundle.js \
  SSL_CERT_FILE=dist/certificates.pem
COPY --from=production /app/node_modules node_modules
COPY --from=build /app/prisma prisma
COPY --from=build /app/src src
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY image/command.sh image/first-process.cjs image/health.ts image/
USER node
EXPOSE 3000
# PID 1 is the program itself (command.sh ends in exec), so that signals reach it.
STOPSIGNAL SIGTERM
ENTRYPOINT ["sh", "image/command.sh"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "image/health.ts"]
