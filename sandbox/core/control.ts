import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FaultAction, FaultInput } from './faults.ts';
import type { SystemName } from './systems.ts';
import { openJournal } from './journal.ts';

/** A pending fault: `times` and `skip` are the remaining numbers. */
type Fault = FaultInput & { id: string; times: number; skip: number };

/** Numbers of requests by `<system>.<operation>`, in total and for each call they may belong to. */
type Hits = {
  total: Record<string, number>;
  calls: Record<string, Record<string, number>>;
};

/** Counts requests and hands out scripted faults. All of its state survives a restart. */
export type Control = {
  /**
   * Counts one request and returns the fault that is due for it, if any.
   * callSids: every call that the request may belong to ([] if unknown).
   */
  hit(system: SystemName, operation: string, callSids: readonly string[]): FaultAction | null;
  /** Queues a fault after the pending ones, and returns its id. */
  addFault(input: FaultInput): string;
  listFaults(): Fault[];
  /** Returns false if there is no such fault (any more). */
  removeFault(id: string): boolean;
  removeAllFaults(): void;
  hits(): Hits;
  /** Clears hits and faults, but remembers which samples' faults were seeded. */
  reset(): void;
  /** Adds a sample's own faults the first time this data folder sees the sample. */
  seedOnce(callSid: string, faults: readonly FaultInput[]): void;
  close(): void;
};

type Entry =
  | { type: 'hit'; key: string; callSids: readonly string[]; consumed: readonly string[] }
  | { type: 'fault'; fault: Fault }
  | { type: 'removed'; ids: readonly string[] }
  | { type: 'seeded'; callSid: string; faults: readonly Fault[] }
  | { type: 'reset' }
  | { type: 'snapshot'; hits: [string, number][]; calls: [string, [string, number][]][] };

type State = {
  total: Map<string, number>;
  calls: Map<string, Map<string, number>>;
  faults: Map<string, Fault>;
  seeded: Set<string>;
};

/** Opens the control state of a data folder, as it was when the sandbox last ran on it. */
export function createControl(dataDir: string): Control {
  const { journal, entries } = openJournal<Entry>(join(dataDir, 'control.jsonl'));
  const state: State = {
    total: new Map(),
    calls: new Map(),
    faults: new Map(),
    seeded: new Set(),
  };
  for (const entry of entries) {
    apply(state, entry);
  }
  journal.rewrite(snapshotOf(state));

  function record(entry: Entry): void {
    journal.append(entry);
    apply(state, entry);
  }

  return {
    hit(system, operation, callSids) {
      const { due, consumed } = findDue(state.faults.values(), system, operation, callSids);
      record({ type: 'hit', key: `${system}.${operation}`, callSids, consumed });
      return due?.action ?? null;
    },
    addFault(input) {
      const fault = toFault(input);
      record({ type: 'fault', fault });
      return fault.id;
    },
    listFaults: () => [...state.faults.values()],
    removeFault(id) {
      const known = state.faults.has(id);
      if (known) {
        record({ type: 'removed', ids: [id] });
      }
      return known;
    },
    removeAllFaults() {
      record({ type: 'removed', ids: [...state.faults.keys()] });
    },
    hits: () => ({
      total: Object.fromEntries(state.total),
      calls: Object.fromEntries(
        [...state.calls].map(([callSid, counts]) => [callSid, Object.fromEntries(counts)]),
      ),
    }),
    reset() {
      record({ type: 'reset' });
    },
    seedOnce(callSid, inputs) {
      if (!state.seeded.has(callSid)) {
        const faults = inputs.map((input) => toFault({ ...input, callSid }));
        record({ type: 'seeded', callSid, faults });
      }
    },
    close: () => journal.close(),
  };
}

function toFault(input: FaultInput): Fault {
  return { ...input, id: randomUUID(), times: input.times ?? 1, skip: input.skip ?? 0 };
}

/** The first matching fault with no skips left; the matching ones before it lose one skip each. */
function findDue(
  faults: Iterable<Fault>,
  system: SystemName,
  operation: string,
  callSids: readonly string[],
): { due: Fault | null; consumed: string[] } {
  const consumed: string[] = [];
  for (const fault of faults) {
    const matches =
      fault.system === system &&
      (fault.operation === undefined || fault.operation === operation) &&
      (fault.callSid === undefined || callSids.includes(fault.callSid));
    if (matches) {
      consumed.push(fault.id);
      if (fault.skip === 0) {
        return { due: fault, consumed };
      }
    }
  }
  return { due: null, consumed };
}

function apply(state: State, entry: Entry): void {
  switch (entry.type) {
    case 'hit':
      increment(state.total, entry.key);
      for (const callSid of entry.callSids) {
        const counts = state.calls.get(callSid) ?? new Map<string, number>();
        state.calls.set(callSid, counts);
        increment(counts, entry.key);
      }
      entry.consumed.forEach((id) => consume(state.faults, id));
      break;
    case 'fault':
      state.faults.set(entry.fault.id, entry.fault);
      break;
    case 'removed':
      entry.ids.forEach((id) => state.faults.delete(id));
      break;
    case 'seeded':
      state.seeded.add(entry.callSid);
      entry.faults.forEach((fault) => state.faults.set(fault.id, fault));
      break;
    case 'reset':
      state.total.clear();
      state.calls.clear();
      state.faults.clear();
      break;
    case 'snapshot':
      state.total = new Map(entry.hits);
      state.calls = new Map(entry.calls.map(([callSid, counts]) => [callSid, new Map(counts)]));
      break;
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function consume(faults: Map<string, Fault>, id: string): void {
  const fault = faults.get(id);
  if (fault === undefined) {
    return;
  }
  if (fault.skip > 0) {
    faults.set(id, { ...fault, skip: fault.skip - 1 });
  } else if (fault.times > 1) {
    faults.set(id, { ...fault, times: fault.times - 1 });
  } else {
    faults.delete(id);
  }
}

function snapshotOf(state: State): Entry[] {
  return [
    {
      type: 'snapshot',
      hits: [...state.total],
      calls: [...state.calls].map(([callSid, counts]) => [callSid, [...counts]]),
    },
    ...[...state.seeded].map((callSid): Entry => ({ type: 'seeded', callSid, faults: [] })),
    ...[...state.faults.values()].map((fault): Entry => ({ type: 'fault', fault })),
  ];
}
