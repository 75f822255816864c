import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** A file that pages load. */
export type Asset = { readonly type: string; readonly body: Buffer; readonly zipped: Buffer };

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** What pages load of packages, as they are published: the name by which scripts import it, and the file. */
const PACKAGES = [
  ['idiomorph', 'idiomorph'],
  ['uplot', 'uplot/dist/uPlot.esm.js'],
  ['wavesurfer.js', 'wavesurfer.js'],
] as const;

const CHART_STYLE = 'uplot/dist/uPlot.min.css';

const OWN_FOLDER = join(import.meta.dirname, '../browser');

/** What pages load, by name, and a version that changes with any of it. */
export function loadAssets() {
  const files: readonly (readonly [name: string, path: string])[] = [
    ...readdirSync(OWN_FOLDER).map((name) => [name, join(OWN_FOLDER, name)] as const),
    ...PACKAGES.map(([name, file]) => [nameOf(name), pathOf(file)] as const),
    ['chart.css', pathOf(CHART_STYLE)],
  ];
  const assets = new Map<string, Asset>();
  const digest = createHash('sha256');
  for (const [name, path] of files) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (type === undefined) continue;
    const body = readFileSync(path);
    digest.update(name).update(body);
    assets.set(name, { type, body, zipped: gzipSync(body) });
  }
  const version = digest.digest('base64url').slice(0, 12);
  const folder = `/console/assets/${version}`;
  return { version, assets, folder, importMap: toImportMap(folder) };
}

/** Lets our scripts import packages by their names. */
function toImportMap(folder: string): string {
  const imports = PACKAGES.map(([name]) => [name, `${folder}/${nameOf(name)}`]);
  return JSON.stringify({ imports: Object.fromEntries(imports) as unknown });
}

function pathOf(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
}

function nameOf(packageName: string): string {
  return `package-${packageName.replace(/\.js$/, '')}.js`;
}
