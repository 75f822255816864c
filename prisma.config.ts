import { defineConfig } from 'prisma-cli/config';

// `prisma generate` looks for the native schema engine and downloads it when it is not there, but
// never runs it. Any existing program satisfies it, so that generating needs no network. The
// commands that do run the engine (`prisma migrate …`) still download it where they can.
if (process.argv.includes('generate')) {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;
}

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Needed by `prisma migrate` and `prisma studio` only; generating works without a database.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
