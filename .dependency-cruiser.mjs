// The import law (docs/decisions/0001): which room may import which. `npm run law` prints it,
// `npm run check` applies it, and test/law breaks every rule once to see that it holds.
// Type imports count like any other. Two forms would escape dependency-cruiser, so oxlint forbids
// them: `import('x').Type`, and `import { type A }`, which still loads the module.

/** A pattern for everything inside these folders; a name that ends in `.ts`, `.mjs` or `.cjs` is a file. */
const inside = (...rooms) =>
  rooms
    .map((room) => (/\.[cm]?[jt]s$/.test(room) ? `${room.replaceAll('.', '\\.')}$` : `${room}/`))
    .map((room) => `^${room.replaceAll('*', '[^/]+')}`)
    .join('|');

const OURS = { dependencyTypes: ['local'] };
const LOADED = { dependencyTypesNot: ['type-only'] };

// The part of the domain that is bundled with the workflows. It is closed: nothing in it loads
// anything outside it, so that no package gets into the code that every open run replays.
const REPLAYED = [
  'src/domain/actor.ts',
  'src/domain/call.ts',
  'src/domain/error-codes.ts',
  'src/domain/error-codes',
  'src/domain/names.ts',
  'src/domain/redo-plan.ts',
  'src/domain/reprocess-request.ts',
  'src/domain/storable-text.ts',
];

// How a command reads its arguments: pure, and the same for every command wherever it lies.
const ARGUMENTS = 'src/process/arguments.ts';

// What every program loads first, wherever it lies.
const NODE_VERSION = 'src/process/node-version.cjs';

// Files that run something as soon as they are imported.
const STARTED = [
  '^src/(?!config\\.ts$)[^/]+\\.ts$',
  '^(prisma/migrate|local/(start|dev|temporal|create-migration))\\.ts$',
  '(^|/)main\\.ts$',
  '\\.test\\.ts$',
];

/**
 * The rooms. `at` says where the room is (its own name), `values` what its files may load beside
 * each other, `types` where they may take types and nothing else.
 */
const ROOMS = [
  // The layers of the service, the floor first. Between layers mostly types cross; the roots make
  // the values and hand them down.
  { name: 'domain', at: ['src/domain'] },
  { name: 'audio', at: ['src/audio'], values: ['src/domain'] },
  { name: 'repositories', at: ['src/repositories'], values: ['src/domain', 'src/generated'] },
  { name: 'clients', at: ['src/clients'], values: ['src/audio', 'src/domain'] },
  {
    name: 'activities',
    at: ['src/activities'],
    values: ['src/audio', 'src/domain', 'src/generated'],
    types: ['src/clients', 'src/repositories'],
  },
  {
    name: 'workflows',
    at: ['src/workflows'],
    values: REPLAYED,
    types: ['src/activities', 'src/domain'],
  },
  {
    name: 'api',
    at: ['src/api'],
    values: ['src/domain'],
    types: ['src/clients', 'src/repositories', 'src/generated'],
  },
  // Its pages know of a call what the public API says. They ask it at run time, so they need its types alone.
  {
    name: 'console',
    at: ['src/console'],
    butNot: ['src/console/browser'],
    values: ['src/domain'],
    types: ['src/api'],
  },
  // Served as it is, to browsers, which have nothing else of ours.
  { name: 'console-browser', at: ['src/console/browser'] },
  { name: 'config', at: ['src/config', 'src/config.ts'], values: ['src/domain'] },
  {
    name: 'process',
    at: ['src/process'],
    values: ['src/config/configuration-error.ts', 'src/domain'],
  },
  {
    name: 'preflight',
    at: ['src/preflight'],
    values: ['src/domain'],
    types: ['src/clients', 'src/config', 'src/repositories'],
  },
  {
    name: 'roots',
    at: ['src/*.ts'],
    butNot: ['src/config.ts'],
    values: [
      ...['src/activities', 'src/api', 'src/audio', 'src/clients', 'src/config', 'src/config.ts'],
      ...['src/console', 'src/domain', 'src/preflight', 'src/process', 'src/repositories'],
    ],
  },

  // What stands around the service. Production code knows none of it.
  { name: 'sandbox', at: ['sandbox'], values: [ARGUMENTS, NODE_VERSION] },
  // The migration opens its session as the service does: DATABASE_URL is read in one place.
  {
    name: 'prisma',
    at: ['prisma'],
    values: ['src/config.ts', 'src/repositories/connection', ARGUMENTS, NODE_VERSION],
  },
  { name: 'local', at: ['local'], values: ['src', 'sandbox', 'prisma'] },
  { name: 'bench', at: ['bench'], values: ['src', 'sandbox', 'local', 'prisma'] },
  // What only the image runs, before there is anything else.
  { name: 'image', at: ['image'] },
  { name: 'configuration-files', at: ['*.ts', '*.mjs'] },

  // Inside local: whatever is started on this machine is built on `process`; the files beside the
  // folders put it all together.
  {
    name: 'local-process',
    at: ['local/process'],
    values: ['local/local-run-error.ts'],
  },
  {
    name: 'local-tools',
    at: ['local/tools'],
    values: ['local/process', 'local/local-run-error.ts'],
  },
  {
    name: 'local-parts',
    at: ['local/parts'],
    values: [
      ...['local/process', 'local/settings.ts', 'local/local-run-error.ts'],
      ...['sandbox', 'src/domain'],
    ],
  },
  {
    name: 'local-output',
    at: ['local/output'],
    types: ['local/tools', 'local/environment.ts', 'local/settings.ts'],
  },
  {
    name: 'local-samples',
    at: ['local/samples'],
    values: [
      ...['local/output', 'local/environment.ts', 'local/settings.ts', 'local/local-run-error.ts'],
      ...['sandbox', 'src/api'],
    ],
  },

  // Tests may import everything. What they stand on knows none of them.
  {
    name: 'test-support',
    at: ['test/support'],
    values: ['src', 'sandbox', 'local', 'prisma'],
  },
  {
    name: 'fault-harness',
    at: ['test/faults/harness'],
    values: ['src', 'sandbox', 'local', 'prisma', 'test/support'],
  },
];

function neighbours({ name, at, butNot = [], values = [], types = [] }) {
  const may = [
    ...values,
    ...types.filter((room) => !values.includes(room)).map((room) => `types of ${room}`),
  ];
  return {
    name: `${name}-neighbours`,
    severity: 'error',
    comment: `${at.join(', ')}: may import ${may.join(', ') || 'nothing of ours'}`,
    from: { path: inside(...at), ...(butNot.length === 0 ? {} : { pathNot: inside(...butNot) }) },
    to: { ...OURS, pathNot: inside(...at, ...values, ...types) },
  };
}

function typesOnly({ name, at, values = [], types = [] }) {
  if (types.length === 0) return [];
  return [
    {
      name: `${name}-types-only`,
      severity: 'error',
      comment: `${at.join(', ')}: may not load ${types.join(', ')}${values.length > 0 ? ', except what it may import by the rule above' : ''}`,
      from: { path: inside(...at) },
      to: { ...LOADED, path: inside(...types), pathNot: inside(...at, ...values) },
    },
  ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...ROOMS.flatMap((room) => [neighbours(room), ...typesOnly(room)]),
    {
      name: 'every-room-has-a-law',
      severity: 'error',
      comment: 'A file outside all rooms above may import nothing: give its folder a rule first.',
      from: {
        pathNot: [inside('test', 'docs', ...ROOMS.flatMap(({ at }) => at)), 'node_modules/'],
      },
      to: {},
    },
    {
      name: 'docs-hold-no-code',
      severity: 'error',
      comment: 'docs/ is prose. What writes a page of it is in local/.',
      from: { path: inside('docs') },
      to: {},
    },
    {
      name: 'started-files-are-not-imported',
      severity: 'error',
      comment: 'Roots, commands and test files run when they are imported: they are only started.',
      from: {},
      to: { ...OURS, path: STARTED },
    },
    {
      name: 'a-client-knows-no-other',
      severity: 'error',
      comment:
        'One folder a system; what two share is in src/clients/shared. Only speech-provider, which chooses between two, and trial, which sends one recording through all, import others.',
      from: {
        path: '^src/clients/([^/]+)/',
        pathNot: inside('src/clients/speech-provider', 'src/clients/trial'),
      },
      to: { path: '^src/clients/', pathNot: ['^src/clients/$1/', inside('src/clients/shared')] },
    },
    {
      name: 'domain-packages',
      severity: 'error',
      comment: 'src/domain: no package but libphonenumber-js and zod, and nothing of Node.',
      from: { path: inside('src/domain') },
      to: { dependencyTypesNot: ['local'], pathNot: 'node_modules/(libphonenumber-js|zod)/' },
    },
    {
      name: 'workflows-packages',
      severity: 'error',
      comment:
        'src/workflows: no package but @temporalio/workflow and @temporalio/common, and nothing of Node. Workflow code is replayed.',
      from: { path: inside('src/workflows') },
      to: {
        dependencyTypesNot: ['local'],
        pathNot: 'node_modules/@temporalio/(workflow|common)/',
      },
    },
    {
      name: 'replayed-domain-is-closed',
      severity: 'error',
      comment:
        'The part of the domain that workflows load loads nothing else, so no package gets into the workflow bundle.',
      from: { path: inside(...REPLAYED) },
      to: { ...LOADED, pathNot: inside(...REPLAYED) },
    },
    {
      name: 'production-needs-no-development-package',
      severity: 'error',
      comment: 'src/ and prisma/ load nothing that `npm ci --omit=dev` leaves out.',
      from: { path: inside('src', 'prisma') },
      to: { ...LOADED, dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'No file imports itself by way of others. Types count.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circles-of-folders',
      severity: 'error',
      comment: 'No folder imports itself by way of others. A folder and the one around it are one.',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      comment: 'An import that leads nowhere is judged by no other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    exclude: { path: '^(dist|coverage|\\.data)/' },
    doNotFollow: { path: ['node_modules', '^src/generated/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
