/** The import law of the house (docs/decisions). Arrows point down; type imports count. */
const layer = (name) => `^src/${name}/`;
const onlyInto = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only from ${[...allowed, 'packages'].join(', ')}.`,
  from: { path: from },
  to: { path: '^(src|sandbox|local|bench|test|prisma)/', pathNot: [from, ...allowed] },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Type circles count.',
      from: { pathNot: '^src/generated/' },
      to: { circular: true },
    },
    {
      name: 'domain-is-the-floor',
      severity: 'error',
      comment: 'domain imports nothing, and no package but libphonenumber-js and zod.',
      from: { path: layer('domain') },
      to: { pathNot: [layer('domain'), 'node_modules/(libphonenumber-js|zod)'] },
    },
    onlyInto('repositories', layer('repositories'), layer('domain'), layer('generated')),
    onlyInto('audio', layer('audio'), layer('domain')),
    onlyInto('clients', layer('clients'), layer('audio'), layer('domain')),
    onlyInto(
      'activities',
      layer('activities'),
      layer('repositories'),
      layer('clients'),
      layer('audio'),
      layer('domain'),
      layer('generated'),
    ),
    onlyInto('workflows', layer('workflows'), layer('activities'), layer('domain')),
    onlyInto(
      'api',
      layer('api'),
      layer('workflows'),
      layer('repositories'),
      layer('clients'),
      layer('domain'),
      layer('generated'),
    ),
    {
      name: 'only-types-of-activities-in-workflows',
      severity: 'error',
      comment: 'A workflow knows the activities by their types alone.',
      from: { path: layer('workflows') },
      to: { path: layer('activities'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-types-of-workflows-in-api',
      severity: 'error',
      comment: 'The gateway does not load the workflow.',
      from: { path: layer('api') },
      to: { path: layer('workflows'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'activities-take-values-from-the-root',
      severity: 'error',
      comment:
        'Activities know clients and repositories by their types alone; the root hands the values down.',
      from: { path: layer('activities') },
      to: {
        path: '^src/(clients|repositories)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'src-knows-no-stand-in',
      severity: 'error',
      comment: 'Production code holds no fake and no test switch.',
      from: { path: '^src/' },
      to: { path: '^(sandbox|local|bench|test)/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
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
