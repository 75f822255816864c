import { readFileSync } from 'node:fs';

import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

// Node provides it, but TypeScript declares it only in its library for browsers.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  };
};

/**
 * Prisma's schema engine as WebAssembly, ready to use. The module is instantiated here rather than by its
 * own entry file, because that imports the .wasm file as a module, which Node still reports as
 * experimental.
 */
export const { SchemaEngine } = instantiate();

function instantiate(): typeof glue {
  const path = new URL(
    'schema_engine_bg.wasm',
    import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
  );
  const module = new WebAssembly.Module(readFileSync(path));
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  const start = exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  return glue;
}
