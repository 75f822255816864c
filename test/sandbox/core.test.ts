// Scripted faults hit exactly the requests they are meant for, and nothing that was acknowledged
// (hits, remaining faults, seeded samples) is lost when the sandbox is killed.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createControl } from '../../sandbox/core/control.ts';
import type { Control } from '../../sandbox/core/control.ts';
import { FaultInputSchema } from '../../sandbox/core/faults.ts';

describe('sandbox control', () => {
  let dataDir: string;
  let control: Control;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sandbox-control-'));
    control = createControl(dataDir);
  });

  afterEach(() => {
    control.close();
    rmSync(dataDir, { recursive: true });
  });

  /** Does what kill -9 and a restart do: the old state is not closed, and the files are read again. */
  function restart(): void {
    control = createControl(dataDir);
  }

  it('skips as many requests as a fault says, then applies it as often as it says', () => {
    control.addFault({
      system: 'storage',
      operation: 'objects.get',
      skip: 1,
      times: 2,
      action: { status: 503 },
    });
    const statuses = [1, 2, 3, 4].map(
      () => control.hit('storage', 'objects.get', [])?.status ?? 'none',
    );
    assert.deepEqual(statuses, ['none', 503, 503, 'none']);
    assert.deepEqual(control.listFaults(), []);
  });

  it('leaves other systems, operations and calls alone', () => {
    control.addFault({
      system: 'speech',
      operation: 'GetOperation',
      callSid: '1.1',
      action: { status: 'UNAVAILABLE' },
    });
    assert.equal(control.hit('storage', 'objects.get', ['1.1']), null);
    assert.equal(control.hit('speech', 'BatchRecognize', ['1.1']), null);
    assert.equal(control.hit('speech', 'GetOperation', ['1.2']), null);
    assert.equal(control.hit('speech', 'GetOperation', []), null);
    assert.deepEqual(control.hit('speech', 'GetOperation', ['1.2', '1.1']), {
      status: 'UNAVAILABLE',
    });
  });

  it('applies faults in the order they were added, and counts the skips of all of them', () => {
    control.addFault({ system: 'storage', skip: 2, action: { status: 500 } });
    control.addFault({ system: 'storage', action: { status: 503 } });
    const statuses = [1, 2, 3, 4].map(() => control.hit('storage', 'objects.list', [])?.status);
    assert.deepEqual(statuses, [503, undefined, 500, undefined]);
  });

  it('counts each request in the total and for every call it may belong to', () => {
    control.hit('connectwise', 'contacts.list', ['1.1', '1.2']);
    control.hit('connectwise', 'contacts.list', ['1.1']);
    control.hit('connectwise', 'companies.list', []);
    assert.deepEqual(control.hits(), {
      total: { 'connectwise.contacts.list': 2, 'connectwise.companies.list': 1 },
      calls: {
        '1.1': { 'connectwise.contacts.list': 2 },
        '1.2': { 'connectwise.contacts.list': 1 },
      },
    });
  });

  it('keeps the hits and what remains of each fault after a kill', () => {
    control.addFault({ system: 'storage', skip: 1, times: 3, action: { status: 503 } });
    control.addFault({ system: 'speech', action: { hang: true } });
    control.hit('storage', 'objects.get', ['1.1']);
    control.hit('storage', 'objects.get', ['1.1']);
    control.hit('speech', 'GetOperation', ['1.1']);
    const before = { hits: control.hits(), faults: control.listFaults() };
    // Twice, because the second start reads what the first one has compacted.
    restart();
    restart();
    assert.deepEqual({ hits: control.hits(), faults: control.listFaults() }, before);
    assert.deepEqual(
      control.listFaults().map(({ times, skip }) => ({ times, skip })),
      [{ times: 2, skip: 0 }],
    );
  });

  it("seeds a sample's faults once per data folder, despite resets and restarts", () => {
    const faults = [{ system: 'languageModel' as const, action: { status: 401 } }];
    control.seedOnce('1.1', faults);
    assert.equal(control.listFaults()[0]?.callSid, '1.1');
    control.reset();
    restart();
    control.seedOnce('1.1', faults);
    assert.deepEqual(control.listFaults(), []);
  });

  it('drops a last line truncated by a kill, and refuses any other invalid line', () => {
    control.hit('storage', 'objects.get', []);
    appendFileSync(join(dataDir, 'control.jsonl'), '{"type":"hit","key":"sto');
    restart();
    assert.deepEqual(control.hits().total, { 'storage.objects.get': 1 });
    appendFileSync(join(dataDir, 'control.jsonl'), 'not json\n');
    assert.throws(restart, /journal .*control\.jsonl: line \d+ is not JSON/);
  });

  it('refuses faults that would have no effect', () => {
    const refused: [unknown, RegExp][] = [
      [{ system: 'storage', action: {} }, /does nothing/],
      [{ system: 'storage', action: { envelopeCode: 404 } }, /has no effect for storage/],
      [
        { system: 'storage', operation: 'objects.put', action: { hang: true } },
        /no such operation/,
      ],
      [{ system: 'speech', action: { status: 503 } }, /has to be a string for speech/],
      [{ system: 'storage', action: { status: 503 }, time: 2 }, /time/],
      [{ system: 'storage', times: 0, action: { status: 503 } }, />0/],
    ];
    for (const [input, why] of refused) {
      const parsed = FaultInputSchema.safeParse(input);
      assert.match(parsed.error?.message ?? 'accepted', why);
    }
  });
});
