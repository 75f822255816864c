import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { runOn } from '../../../prisma/engine/create-database.ts';
import { waitFor } from '../../support/wait-for.ts';
import { assertInvariants } from '../harness/check.ts';
import { untilCompleted, untilHit, untilParked, untilRow } from '../../support/conditions.ts';
import {
  logRowsOf,
  reprocess,
  signalReprocess,
  startCall,
  startCalls,
} from '../../support/calls.ts';
import { during } from '../harness/outage.ts';
import { scale } from '../harness/scale.ts';
import { connectionTests } from './database-connection.ts';
import { defineSuite } from './suite.ts';

// Whatever happens to PostgreSQL or to its replies, no call is lost, duplicated or silently wrong.

/** Requests that show a test that a call is in the middle of a step. */
const STRUCK_AT = [
  'storage.objects.insert',
  'speech.BatchRecognize',
  'languageModel.chat.completions',
];

const MODEL_REFUSES = { system: 'languageModel', action: { status: 401 } };

// A small pool is exhausted by few calls.
const CLUSTER = { workers: 1, env: { DATABASE_POOL_SIZE: '4' } };

export const databaseSuite = defineSuite('the database', CLUSTER, (given) => {
  const worker = () => {
    const [only] = given().workers;
    assert.ok(only !== undefined);
    return only;
  };
  const away = () => {
    const { postgres } = given();
    return { begin: postgres.stopImmediately, end: postgres.start };
  };
  const sql = (text: string) => runOn(given().postgres.url(), (client) => client.query(text));
  /** Loses the reply to the statement that logs this event, or to the commit of its transaction. */
  const cutAfter = ([event, commits]: readonly [event: string, commits: boolean]) =>
    worker().links.database.trap({
      direction: 'toServer',
      when: commits ? { pattern: 'COMMIT', after: event } : { pattern: event },
      timing: 'after',
      then: 'cut',
    });

  const stoppedImmediately = {
    'row 5: calls survive repeated immediate stops of PostgreSQL in the middle of activities':
      async () => {
        const cluster = given();
        const all = [];
        for (const operation of Array.from(
          { length: scale.postgresRounds },
          () => STRUCK_AT,
        ).flat()) {
          const calls = await startCalls(cluster, 4);
          all.push(...calls);
          await Promise.race(calls.map(({ callSid }) => untilHit(cluster, callSid, operation)));
          await during(away(), async () => {
            const asked = await cluster.request('GET', `/calls/${calls[0]?.callSid}`);
            assert.equal(asked.status, 503);
          });
        }
        for (const { callSid } of all) await untilCompleted(cluster, callSid, 90_000);
        await assertInvariants(cluster);
        assert.ok(worker().isRunning(), 'the worker survived it');
      },
  };

  // It takes half a minute, because each dead connection of the pool is abandoned after six seconds.
  const vanished = {
    'row 5: calls survive connections whose other end has silently vanished': async () => {
      const cluster = given();
      const calls = await startCalls(cluster, 6);
      // Twice, so that later transactions of the calls are struck as well, not only the first.
      for (const operation of ['speech.GetOperation', 'languageModel.chat.completions']) {
        await Promise.race(calls.map(({ callSid }) => untilHit(cluster, callSid, operation)));
        worker().links.database.halfOpen();
      }
      for (const { callSid } of calls) await untilCompleted(cluster, callSid, 90_000);
      await assertInvariants(cluster);
    },
  };

  const replyLost = {
    'row 6: a commit whose reply is lost takes effect once, in every step': async () => {
      const cluster = given();
      const writes = [
        ['JOB_STARTED', false],
        ['UPLOAD_SUCCESS', false],
        ['TRANSCRIPTION_SUCCESS', true],
        ['COMPANY_IDENTIFIED', false],
        ['JOB_COMPLETED', true],
      ] as const;
      const traps = writes.map(cutAfter);
      const calls = await startCalls(cluster, 3);
      await Promise.all(traps.map(({ sprung }) => sprung));
      for (const { callSid } of calls) await untilCompleted(cluster, callSid, 60_000);
      await assertInvariants(cluster);
      const rows = (
        await Promise.all(calls.map(({ callSid }) => logRowsOf(cluster, callSid)))
      ).flat();
      const failed = rows.filter(({ code }) => code === 'DATABASE_UNAVAILABLE');
      // openCall has no event for a failed attempt; the other four steps log one.
      assert.equal(failed.length, 4);
      for (const { callSid } of calls) {
        const hits = await cluster.sandbox.hitsOf(callSid);
        assert.equal(hits['languageModel.chat.completions'], 1);
        assert.equal(hits['speech.BatchRecognize'], 1);
        assert.equal(hits['phoneSystem.recordings.get'], 1);
      }
    },
    ...connectionTests(given),
  };

  const failureReplyLost = {
    'row 6: a failure and a reprocess whose commit replies were lost are logged once': async () => {
      const cluster = given();
      const failed = cutAfter(['JOB_FAILED', true]);
      const { callSid } = await startCall(cluster, { faults: [MODEL_REFUSES] });
      await failed.sprung;
      await untilRow(cluster, callSid, 'FAILED', ({ callStatus }) => callStatus === 'FAILED');
      const requested = cutAfter(['REPROCESS_REQUESTED', true]);
      await reprocess(cluster, callSid);
      await requested.sprung;
      await untilCompleted(cluster, callSid);
      await assertInvariants(cluster);
    },
  };

  const terminated = {
    'row 7: calls survive sessions repeatedly terminated by an administrator (57P01)': async () => {
      const cluster = given();
      const calls = await startCalls(cluster, 6);
      for (let round = 0; round < 8; round += 1) {
        await sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'call-processing'`,
        );
        // A third of a second: often enough to strike every step of some call.
        await sleep(300);
      }
      for (const { callSid } of calls) await untilCompleted(cluster, callSid, 60_000);
      await assertInvariants(cluster);
    },
  };

  const locked = {
    'row 7: calls survive a pool whose connections are all waiting for a lock': async () => {
      const cluster = given();
      const calls = await runOn(cluster.postgres.url(), async (session) => {
        await session.query('BEGIN; LOCK TABLE "Call" IN SHARE MODE');
        // Twice as many as the pool has connections.
        const started = await startCalls(cluster, 8);
        // Longer than the timeouts for a lock (4 s) and for a connection (5 s).
        await sleep(5_500);
        await session.query('COMMIT');
        return started;
      });
      for (const { callSid } of calls) await untilCompleted(cluster, callSid, 60_000);
      await assertInvariants(cluster);
    },
  };

  const deadlocked = {
    'row 7: a deadlock (40P01) fails the attempt, not the call': async () => {
      const cluster = given();
      // What a call writes to two tables it writes in a transaction: here the company has a new name.
      await untilCompleted(cluster, (await startCall(cluster)).callSid);
      await sql(`UPDATE "Company" SET name = name || ' of old'`);
      const { callSid } = await startCall(cluster, {
        faults: [{ system: 'connectwise', action: { delayMs: 2_000 } }],
      });
      await untilHit(cluster, callSid, 'connectwise.contacts.list');
      await runOn(cluster.postgres.url(), async (session) => {
        // It checks for deadlocks later than the service's session, which therefore is the victim.
        await session.query(`SET deadlock_timeout = '1min'; BEGIN`);
        await session.query(`UPDATE "Company" SET name = name`);
        await waitFor('matchCompany to hold the call and wait for the company', async () => {
          const { rows } = await sql(
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO "public"."Company"%'`,
          );
          return rows.length > 0;
        });
        await session.query(`UPDATE "Call" SET "updatedAt" = now() WHERE "callSid" = '${callSid}'`);
        await session.query('COMMIT');
      });
      await untilCompleted(cluster, callSid);
      const failed = (await logRowsOf(cluster, callSid)).find(
        ({ event }) => event === 'COMPANY_LOOKUP_FAILED',
      );
      assert.equal(failed?.code, 'DATABASE_CONFLICT');
      await assertInvariants(cluster);
    },
  };

  const refused = (row: number, sqlState: string, what: string, code: string) => ({
    [`row ${row}: ${what} (${sqlState}) is retried, and the step takes effect once`]: async () => {
      const cluster = given();
      // A sequence is not rolled back, so the first two inserts fail and the third succeeds.
      await sql(`
        CREATE SEQUENCE refusals;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('refusals') <= 2 THEN
            RAISE EXCEPTION 'refused by a test' USING ERRCODE = '${sqlState}';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON "processingLog" FOR EACH ROW
          WHEN (NEW.event = 'COMPANY_IDENTIFIED') EXECUTE FUNCTION refuse();`);
      try {
        const { callSid } = await startCall(cluster);
        await untilCompleted(cluster, callSid);
        const failed = (await logRowsOf(cluster, callSid)).filter(
          ({ status }) => status === 'LOG_ERROR',
        );
        assert.deepEqual(
          failed.map((entry) => [entry.event, entry.attempt, entry.code]),
          [1, 2].map((attempt) => ['COMPANY_LOOKUP_FAILED', attempt, code]),
        );
        await assertInvariants(cluster);
      } finally {
        await sql('DROP FUNCTION refuse CASCADE; DROP SEQUENCE refusals');
      }
    },
  });

  const awayWhileRecording = {
    'a run parks while the database is down, and its row is corrected afterwards': async () => {
      const cluster = given();
      const faults = [{ ...MODEL_REFUSES, action: { status: 401, delayMs: 1_500 } }];
      const left = await startCall(cluster, { faults });
      const resumed = await startCall(cluster, { faults });
      for (const { callSid } of [left, resumed]) {
        await untilHit(cluster, callSid, 'languageModel.chat.completions');
      }
      await during(away(), async () => {
        for (const { callSid } of [left, resumed]) {
          await untilParked(cluster, callSid, ['analyzeTranscript']);
        }
        const handle = cluster.client.workflow.getHandle(left.callSid);
        const { typedSearchAttributes } = await handle.describe();
        const attributes = typedSearchAttributes.getAll().map(({ value }) => value);
        assert.ok(attributes.includes('MODEL_CREDENTIALS_REFUSED'), 'the list of runs shows it');
        // One is reprocessed while nothing can be written: it resumes, and eventually completes.
        assert.ok(await signalReprocess(cluster, resumed.callSid));
      });
      await untilCompleted(cluster, resumed.callSid, 60_000);
      const isFailed = ({ failureCode }: { failureCode: string | null }) => failureCode !== null;
      await untilRow(cluster, left.callSid, 'FAILED', isFailed, 60_000);
      await assertInvariants(cluster);
      const noted = (await logRowsOf(cluster, left.callSid)).filter(
        ({ event }) => event === 'JOB_FAILED',
      );
      assert.equal(noted.length, 1);
    },
  };

  return [
    stoppedImmediately,
    ...(scale.isFull ? [vanished] : []),
    replyLost,
    failureReplyLost,
    terminated,
    locked,
    deadlocked,
    refused(7, '40001', 'a serialization failure', 'DATABASE_CONFLICT'),
    refused(8, '53100', 'a full disk', 'DATABASE_UNAVAILABLE'),
    awayWhileRecording,
  ];
});
