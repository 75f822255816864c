// Guarantees about the Dockerfile that need no build: it is valid, runs only scripts that are here, and gets nothing else.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { validate } from 'dockerfile-utils';

import { createContextFilter } from '../support/build-context.ts';
import { readDockerfile, stagesOf } from '../support/dockerfile.ts';

const ROOT = join(import.meta.dirname, '../..');
const stages = stagesOf(readDockerfile());
const steps = stages.flatMap((stage) => stage.steps);
const service = stages.at(-1) ?? assert.fail('There is no stage.');

describe('the Dockerfile', () => {
  it('has no fault that the Dockerfile language server finds', () => {
    const faultsOf = (text: string) => validate(text).map(({ message }) => message);
    assert.deepEqual(faultsOf(readDockerfile()), []);
    assert.notDeepEqual(faultsOf(readDockerfile().replace('WORKDIR', 'WORKDIRR')), []);
  });

  it('is refused by its reader when it has an instruction whose effect nobody has said', () => {
    const added = (line: string) => () => stagesOf(`${readDockerfile()}\n${line}\n`);
    assert.throws(added('ADD src src'), /what ADD does/);
    assert.throws(added('COPY --chown=node src src'), /what --chown does/);
    assert.throws(added('WORKDIR /elsewhere'), /WORKDIR is/);
  });

  it('is based on the Node that the tests run on, by its full version', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Readonly<Record<string, string>>;
    };
    const names = stages.map(({ name }) => name);
    const images = stages.map(({ base }) => base).filter((base) => !names.includes(base));
    assert.deepEqual(new Set(images), new Set([`node:${devDependencies['node']}-slim`]));
  });

  it('runs nothing but scripts of the folder image', () => {
    for (const step of steps) {
      if (step.kind !== 'run') continue;
      const [, script = ''] = /^sh (image\/\w+\.sh)$/.exec(step.command) ?? [];
      assert.ok(script !== '' && existsSync(join(ROOT, script)), step.command);
    }
  });

  it('runs the service as a user who is not root, and every command of its entry is there', () => {
    assert.equal(service.name, 'service');
    assert.equal(service.user, 'node');
    assert.deepEqual(service.entrypoint, ['sh', 'image/command.sh']);
    const entry = readFileSync(join(ROOT, 'image/command.sh'), 'utf8');
    const programs = [...entry.matchAll(/program=(\S+)/g)].map(([, program = '']) => program);
    assert.equal(programs.length, 6);
    for (const program of programs) assert.ok(existsSync(join(ROOT, program)), program);
  });

  it('is given what it copies, and no settings, recordings or packages of this machine', () => {
    const isHandedOver = createContextFilter();
    for (const step of steps) {
      if (step.kind !== 'copy' || step.from !== null) continue;
      for (const source of step.sources) assert.ok(isHandedOver(source), source);
    }
    for (const path of ['.env', '.data/x', 'node_modules/a', '.git/x', 'src/generated/prisma/x'])
      assert.ok(!isHandedOver(path), path);
  });
});
