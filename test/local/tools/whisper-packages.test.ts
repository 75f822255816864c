// Whisper's packages are installed once per Python, and whatever prevents it is reported in one sentence.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { LocalRunError } from '../../../local/local-run-error.ts';
import { installPackages } from '../../../local/tools/pip-install.ts';
import { findWhisperPackages } from '../../../local/tools/whisper-packages.ts';

const quiet = () => undefined;

describe("Whisper's packages", () => {
  let folder: string;
  let env: { readonly PATH: string; readonly XDG_CACHE_HOME: string };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whisper-packages-test-'));
    env = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
    mkdirSync(env.PATH);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Installs a python3 that answers the question about its version with this text. */
  function python(answer: string): void {
    writeFileSync(join(env.PATH, 'python3'), `#!/bin/sh\necho "${answer}"\n`);
    chmodSync(join(env.PATH, 'python3'), 0o755);
  }

  it('are installed once per Python and platform, from the pinned requirements', async () => {
    const installed: string[] = [];
    const install: typeof installPackages = async (requirements, into) => {
      assert.match(requirements, /local\/tools\/requirements\/whisper\.txt$/);
      installed.push(into);
      writeFileSync(join(into, 'faster_whisper'), '');
    };
    python('3.12 cpython-312 linux-x86_64');
    const [first, again] = [
      await findWhisperPackages(env, quiet, install),
      await findWhisperPackages(env, quiet, install),
    ];
    assert.equal(first, again);
    assert.match(first, /whisper-cpython-312-linux-x86_64-[0-9a-f]{12}$/);
    assert.equal(readFileSync(join(first, 'faster_whisper'), 'utf8'), '');
    assert.equal(installed.length, 1);
    python('3.13 cpython-313 linux-x86_64');
    assert.notEqual(await findWhisperPackages(env, quiet, install), first);
  });

  it('are not left half installed when the installation fails', async () => {
    python('3.12 cpython-312 linux-x86_64');
    const install: typeof installPackages = async (_, into) => {
      writeFileSync(join(into, 'half'), '');
      throw new Error('No module named pip');
    };
    const failure = await failureOf(install);
    assert.match(failure, /No module named pip.*python3 with pip.*TRANSCRIPTION_BASE_URL/);
    await assert.rejects(findWhisperPackages(env, quiet, install), LocalRunError);
  });

  it('need an installed Python that is recent enough', async () => {
    assert.match(await failureOf(), /no working python3 was found: install it/);
    python('3.9 cpython-39 linux-x86_64');
    assert.match(await failureOf(), /needs Python 3\.10 or later, but python3 is 3\.9/);
  });

  async function failureOf(install: typeof installPackages = installPackages): Promise<string> {
    try {
      await findWhisperPackages(env, quiet, install);
    } catch (error) {
      assert.ok(error instanceof LocalRunError);
      return error.message;
    }
    throw new assert.AssertionError({ message: 'It must fail.' });
  }

  it('are all pinned by version and hash', () => {
    const pins = readFileSync(
      join(import.meta.dirname, '../../../local/tools/requirements/whisper.txt'),
      'utf8',
    );
    const packages = pins.split(/\n(?=[a-z])/).slice(1);
    assert.ok(packages.length > 20);
    for (const each of packages) {
      assert.match(each, /^[a-z0-9-]+==[^\s]+( ; .+)? \\\n {4}--hash=sha256:[0-9a-f]{64}/, each);
    }
  });
});
