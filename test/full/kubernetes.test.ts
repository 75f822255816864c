// The manifests in k8s/ are valid by the schemas of Kubernetes and KEDA, and what they say of each other and of the
// service is true. No cluster was there to run them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { parse, parseAllDocuments } from 'yaml';

import { loadGatewayConfig, loadWorkerConfig } from '../../src/config.ts';
import { createValidator, fetchSchemas, type Manifest, VERSIONS } from './kubernetes/validator.ts';

// pip downloads 22 MB the first time.
const TIMEOUT_MS = 300_000;

const FOLDER = join(import.meta.dirname, '../../k8s');

type Probe = { readonly httpGet: { readonly path: string; readonly port: string } };
type Container = {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly envFrom: readonly Readonly<Record<string, { readonly name: string }>>[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly securityContext: object;
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
};
type Pods = Manifest & {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly terminationGracePeriodSeconds?: number;
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly containers: readonly [Container];
      };
    };
  };
};

const kustomization = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8')) as {
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string }[];
  readonly configMapGenerator: readonly [{ readonly name: string; readonly envs: [string] }];
};
const manifests = kustomization.resources.flatMap((file) => readManifests(join(FOLDER, file)));
const pods = manifests.filter(({ kind }) => ['Deployment', 'Job'].includes(kind)) as Pods[];
const named = (kind: string) =>
  manifests.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

function readManifests(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((each) => each.toJS() as Manifest);
}

describe('the Kubernetes manifests', function () {
  this.timeout(TIMEOUT_MS);
  let schemas: string;

  describe('by the schemas', () => {
    before(async function () {
      try {
        schemas = await fetchSchemas();
      } catch (error) {
        console.log(`      skipped: the schemas cannot be fetched: ${(error as Error).message}`);
        this.skip();
      }
    });

    for (const version of VERSIONS) {
      it(`are valid for Kubernetes ${version} and KEDA, with no unknown field`, () => {
        const faultsOf = createValidator(schemas, version);
        for (const each of manifests) assert.deepEqual(faultsOf(each), [], each.metadata.name);
        assert.equal(manifests.length, 13);
        // Each kind has a schema that finds faults.
        for (const each of manifests) {
          const wrong = each.spec === undefined ? { automountt: true } : { spec: { a: 1 } };
          assert.notDeepEqual(faultsOf({ ...each, ...wrong }), [], each.kind);
        }
      });
    }

    it('are so too as kustomize builds them', async function () {
      const built = await promisify(execFile)('kubectl', ['kustomize', FOLDER]).catch(
        (error: { readonly code?: unknown }) => {
          if (error.code !== 'ENOENT') throw error;
          console.log('      skipped: kubectl is not installed');
          return this.skip();
        },
      );
      const faultsOf = createValidator(schemas, VERSIONS[0]);
      const all = parseAllDocuments(built.stdout).map((each) => each.toJS() as Manifest);
      assert.equal(all.length, manifests.length + kustomization.configMapGenerator.length);
      for (const each of all) assert.deepEqual(faultsOf(each), [], each.metadata.name);
    });
  });

  it('are all named by the kustomization', () => {
    const files = readdirSync(FOLDER).filter((name) => !name.startsWith('kustomization'));
    const wanted = [...kustomization.resources, ...kustomization.configMapGenerator[0].envs];
    assert.deepEqual(files.toSorted(), wanted.toSorted());
  });

  it('find each other: accounts, settings, images, labels and ports', () => {
    assert.equal(pods.length, 3);
    const labels = pods.map(({ spec }) => spec.template.metadata.labels);
    const isSelected = (selector: Readonly<Record<string, string>>) =>
      labels.some((each) => Object.entries(selector).every(([key, value]) => each[key] === value));
    for (const each of manifests) {
      const { selector, podSelector } = (each.spec ?? {}) as {
        readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
        readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
      };
      const wanted = podSelector?.matchLabels ?? selector?.matchLabels ?? selector;
      if (wanted !== undefined)
        assert.ok(isSelected(wanted as Readonly<Record<string, string>>), each.metadata.name);
    }
    const kinds = ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'ScaledObject'];
    assert.deepEqual(
      kinds.map((kind) => named(kind).length),
      [1, 2, 3, 1],
    );
    for (const { metadata, spec } of pods) {
      const { serviceAccountName, containers } = spec.template.spec;
      const [{ image, envFrom, ports = [], ...container }] = containers;
      assert.ok(named('ServiceAccount').includes(serviceAccountName), metadata.name);
      assert.ok(
        kustomization.images.some(({ name }) => name === image),
        metadata.name,
      );
      assert.deepEqual(envFrom, [
        { configMapRef: { name: kustomization.configMapGenerator[0].name } },
        { secretRef: { name: 'call-processing' } },
      ]);
      for (const probe of [
        container.startupProbe,
        container.livenessProbe,
        container.readinessProbe,
      ]) {
        assert.equal(probe === undefined, ports.length === 0, metadata.name);
        if (probe !== undefined) assert.ok(ports.some(({ name }) => name === probe.httpGet.port));
      }
    }
    const scaled = manifests.find(({ kind }) => kind === 'ScaledObject')?.spec as {
      readonly scaleTargetRef: { readonly name: string };
    };
    assert.ok(named('Deployment').includes(scaled.scaleTargetRef.name));
  });

  it('start commands of the image on its own ports, without rights, within measured memory', () => {
    const entry = readFileSync(join(FOLDER, '../image/command.sh'), 'utf8');
    for (const { metadata, spec } of pods) {
      const { containers, securityContext } = spec.template.spec;
      const [{ args, ports = [], securityContext: own, resources }] = containers;
      assert.match(entry, new RegExp(`^  ${args.join(' ')}\\) program=`, 'm'));
      assert.equal(securityContext['runAsNonRoot'], true, metadata.name);
      assert.deepEqual(own, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      assert.ok(
        resources.requests['memory'] !== undefined && resources.limits['memory'] !== undefined,
      );
      const port = { gateway: 3000, worker: 9464 }[args[0] ?? ''];
      assert.equal(ports[0]?.containerPort, port);
    }
  });

  it('ask for liveness what no outage turns red, and give each process the time that it needs to end', () => {
    const facts = pods.map(({ spec: { template } }) => {
      const { containers, terminationGracePeriodSeconds: grace } = template.spec;
      const [{ args, livenessProbe, readinessProbe }] = containers;
      return [args[0], livenessProbe?.httpGet.path, readinessProbe?.httpGet.path, grace];
    });
    assert.deepEqual(facts, [
      ['migrate', undefined, undefined, undefined],
      ['gateway', '/healthz', '/readyz?for=traffic', 20],
      ['worker', '/healthz', '/readyz', 40],
    ]);
    // Eight seconds after the five of preStop, and 25 for the steps of a worker.
    assert.match(readFileSync('src/server.ts', 'utf8'), /SHUTDOWN_MS = 8_000;/);
    assert.match(readFileSync('src/worker.ts', 'utf8'), /SHUTDOWN_GRACE = '25 seconds';/);
  });

  it('need nothing but the Secret beside their settings', () => {
    const text = readFileSync(join(FOLDER, kustomization.configMapGenerator[0].envs[0]), 'utf8');
    const settings = Object.fromEntries(
      [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const env = {
      ...settings,
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgresql://user:secret@db.example.com/calls',
      API_KEYS: `me:admin:${'0'.repeat(64)}`,
      TEMPORAL_API_KEY: 'secret',
      PHONE_SYSTEM_USERNAME: 'user',
      PHONE_SYSTEM_PASSWORD: 'secret',
      CONNECTWISE_COMPANY_ID: 'msp',
      CONNECTWISE_PUBLIC_KEY: 'public',
      CONNECTWISE_PRIVATE_KEY: 'secret',
      CONNECTWISE_CLIENT_ID: 'client',
      LLM_API_KEY: 'secret',
    };
    assert.deepEqual(loadGatewayConfig(env, []).warnings, []);
    assert.deepEqual(loadWorkerConfig(env, []).warnings, []);
  });
});
