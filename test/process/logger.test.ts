// The log is read by machines through a pipe, in the form that Google's logging reads, and by people on a terminal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

import { startOwnGateway } from '../support/own-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

// Nobody is there; the gateway starts nevertheless.
const NO_DATABASE = 'postgresql://nobody@127.0.0.1:1/nowhere';

const ENVIRONMENT = {
  DATABASE_URL: NO_DATABASE,
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  PORT: '0',
};

// A process behind a real pseudo-terminal; python3 is what `npm start` needs too.
const IN_A_TERMINAL = 'import pty, sys; pty.spawn(sys.argv[1:])';

describe('the log', () => {
  it('has a severity, a message and a time on every line of a pipe, as Google reads them', async () => {
    const gateway = await startOwnGateway(NO_DATABASE, { LOG_LEVEL: 'trace' });
    // The database is away, which is a warning.
    await fetch(`${gateway.url}/calls/1.1`);
    await gateway.process.stop();
    const lines = gateway.process
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    await gateway.remove();
    for (const line of lines) {
      assert.match(String(line['severity']), /^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$/);
      assert.equal(typeof line['message'], 'string');
      assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(!('level' in line) && !('msg' in line));
    }
    const warning = lines.find((line) => line['severity'] === 'WARNING' && 'reqId' in line);
    assert.equal(warning?.['code'], 'DATABASE_UNAVAILABLE');
    assert.match(String(warning['reqId']), /^[0-9a-f-]{36}$/);
  });

  it('is written for people on a terminal', async () => {
    const child = spawn('python3', ['-c', IN_A_TERMINAL, process.execPath, 'src/server.ts'], {
      env: { PATH: process.env['PATH'], TERM: 'xterm', ...ENVIRONMENT },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    child.stdout.on('data', (chunk) => (shown += stripVTControlCharacters(String(chunk))));
    try {
      const address = await waitFor('the gateway in its terminal', async () =>
        /Server listening at (http:\S+)/.exec(shown),
      );
      await fetch(`${address[1]}/calls/1.1`);
      await waitFor('the warning', async () => shown.includes('DATABASE_UNAVAILABLE'));
      const lines = shown.trim().split(/\r?\n/);
      for (const line of lines) assert.match(line, /^\[\d\d:\d\d:\d\d\] (INFO|WARN) \(gateway\): /);
    } finally {
      // Closes the terminal, which ends what runs in it.
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    }
  });
});
