/** Scripted faults hit exactly the speech requests they name, and accepted operations survive a restart. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { status } from '@grpc/grpc-js';
import type { FaultAction } from '../../sandbox/core/faults.ts';
import { BUCKET } from '../../sandbox/environment.ts';
import { waitFor } from '../support/wait-for.ts';
import { CONFIG, createSpeechRig, RECOGNIZER, wav } from './speech-support.ts';
import type { RunningRig, SpeechRig } from './speech-support.ts';

type Summary = { name: string; callSid: string | null; state: string };
type FileResult = { error?: { code: number }; cloudStorageResult?: object };
type Hits = { total: Record<string, number>; calls: Record<string, Record<string, number>> };

const CALL = '1700000101.1';
const WORDS = [{ channel: 1, start: 0, end: 1, text: 'Our server is down.' }];
const AUDIO = wav({ seconds: 2, mark: 101 });

describe('sandbox speech faults', () => {
  let folder: SpeechRig;
  let rig: RunningRig;
  let uri: string;

  beforeEach(async () => {
    folder = createSpeechRig();
    folder.addSample(CALL, AUDIO, WORDS);
    rig = await folder.start();
    uri = await rig.archive(CALL, AUDIO);
  });
  afterEach(async () => {
    await folder.remove();
  });

  async function submit(timeout = 5000): Promise<string> {
    const recognitionOutputConfig = {
      gcsOutputConfig: { uri: `gs://${BUCKET}/transcripts/${CALL}/s1` },
    };
    const [operation] = await rig.client.batchRecognize(
      { recognizer: RECOGNIZER, config: CONFIG, files: [{ uri }], recognitionOutputConfig },
      { retry: null, timeout },
    );
    return operation.name ?? '';
  }

  function check(name: string) {
    return rig.client.checkBatchRecognizeProgress(name);
  }

  /** The file's result in the message's JSON form. */
  function fileOf(result: unknown): FileResult | undefined {
    const response: { results: Record<string, FileResult> } = JSON.parse(JSON.stringify(result));
    return response.results[uri];
  }

  function waitForState(state: string): Promise<Summary> {
    return waitFor(`an operation that is ${state}`, async () => {
      const [operation] = await rig.control<Summary[]>('/operations');
      return operation?.state === state && operation;
    });
  }

  function script(
    action: FaultAction,
    operation = 'BatchRecognize',
    callSid = CALL,
  ): Promise<void> {
    return rig.fault({ system: 'speech', operation, callSid, action });
  }

  it('refuses with the scripted status once, starts nothing, and counts both requests for the call', async () => {
    await script({ status: 'RESOURCE_EXHAUSTED' });
    await assert.rejects(submit(), { code: status.RESOURCE_EXHAUSTED });
    assert.deepEqual(await rig.control<Summary[]>('/operations'), []);
    await submit();
    const hits = await rig.control<Hits>('/hits');
    assert.equal(hits.calls[CALL]?.['speech.BatchRecognize'], 2);
    assert.equal((await rig.control<Summary[]>('/operations')).length, 1);
  });

  it('leaves other calls alone', async () => {
    await script({ status: 'UNAVAILABLE' }, 'BatchRecognize', 'another-call');
    assert.match(await submit(), /^projects\/sandbox\/locations\/eu\/operations\//);
  });

  it('starts the operation and loses the reply, so that it is listed, running and paid for', async () => {
    await script({ loseReply: true });
    await assert.rejects(submit(), { code: status.UNAVAILABLE });
    const listed = await rig.listOperationNames();
    const [operation] = await rig.control<Summary[]>('/operations');
    assert.ok(operation);
    assert.deepEqual(listed, [operation.name]);
    await waitForState('DONE');
  });

  it('resets the connection, starts nothing, and accepts the next request', async () => {
    await script({ reset: true });
    await assert.rejects(submit(), { code: status.UNAVAILABLE });
    assert.deepEqual(await rig.control<Summary[]>('/operations'), []);
    assert.notEqual(await submit(), '');
  });

  it('never answers when scripted to hang', async () => {
    await script({ hang: true });
    await assert.rejects(submit(300), { code: status.DEADLINE_EXCEEDED });
    assert.deepEqual(await rig.control<Summary[]>('/operations'), []);
  });

  it('delays an answer by the scripted time', async () => {
    await script({ delayMs: 300 }, 'GetOperation');
    const name = await submit();
    const started = performance.now();
    await check(name);
    assert.ok(performance.now() - started >= 290);
  });

  it('ends an operation with the scripted error', async () => {
    await script({ operationError: { code: 'INTERNAL', message: 'It broke.' } });
    const name = await submit();
    await waitForState('FAILED');
    const { latestResponse } = await check(name);
    assert.equal(latestResponse.error?.code, status.INTERNAL);
    assert.equal(latestResponse.error?.message, 'It broke.');
  });

  it('ends an operation with neither response nor error when the scripted error is OK', async () => {
    await script({ operationError: { code: 'OK' } });
    const name = await submit();
    await waitForState('DONE');
    const operation = await rig.getOperation(name);
    assert.equal(operation.done, true);
    assert.equal(operation.error ?? null, null);
    assert.equal(operation.response ?? null, null);
  });

  it('lets the operation succeed while its file fails with the scripted error', async () => {
    await script({
      fileError: { code: 'PERMISSION_DENIED', message: 'Permission denied on object.' },
    });
    const name = await submit();
    await waitForState('DONE');
    const { result } = await check(name);
    const file = fileOf(result);
    assert.equal(file?.error?.code, status.PERMISSION_DENIED);
  });

  it('succeeds without a result file when scripted to', async () => {
    await script({ noResult: true });
    const name = await submit();
    await waitForState('DONE');
    const { result } = await check(name);
    const file = fileOf(result);
    assert.equal(file?.cloudStorageResult, undefined);
    assert.equal(file?.error, undefined);
    const objects = await rig.control<{ name: string }[]>('/objects');
    assert.deepEqual(
      objects.filter(({ name: object }) => object.startsWith('transcripts/')),
      [],
    );
  });

  it('forgets an operation when scripted to, but counts it as paid for', async () => {
    await script({ loseOperation: true });
    const name = await submit();
    await assert.rejects(check(name), { code: status.NOT_FOUND });
    const listed = await rig.listOperationNames();
    assert.deepEqual(listed, []);
    assert.equal((await waitForState('LOST')).callSid, CALL);
  });

  it('resumes a running operation after kill -9, under the same name and with one result', async () => {
    await rig.stop();
    // Long enough that the operation is still running when the next sandbox is up.
    rig = await folder.startProcess({ speechSeconds: 2 });
    const name = await submit();
    await rig.stop();
    rig = await folder.start();
    assert.equal((await waitForState('RUNNING')).name, name);
    await waitForState('DONE');
    const { result } = await check(name);
    const objects = await rig.control<{ name: string }[]>('/objects');
    assert.equal(objects.filter((object) => object.name.startsWith('transcripts/')).length, 1);
    await rig.stop();
    rig = await folder.start();
    assert.deepEqual((await check(name)).result, result);
  });

  it('stops promptly while requests hang, operations run and a connection is idle', async () => {
    const silent = connect(Number(new URL(rig.addresses.speechApiEndpoint).port), '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    await script({ hang: true }, 'GetOperation');
    const name = await submit();
    const hanging = assert.rejects(check(name));
    await waitFor('the request', async () => {
      const { total } = await rig.control<Hits>('/hits');
      return total['speech.GetOperation'] === 1;
    });
    const started = performance.now();
    await rig.stop();
    assert.ok(performance.now() - started < 2000);
    await hanging;
  });
});
