// Guarantees that a worker whose credentials may not use Temporal's operator service processes calls, and says what it could not do.
import assert from 'node:assert/strict';

import { startCall } from '../support/calls.ts';
import { temporalCli } from '../support/cli.ts';
import { untilCompleted } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { startTemporalProxy, type TemporalProxy } from '../support/temporal-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

// What Temporal Cloud answers to the keys of a namespace, and what servers without the service answer
// (https://grpc.io/docs/guides/status-codes/).
const REFUSALS = [
  { name: 'PERMISSION_DENIED', status: 7, message: 'Request unauthorized.' },
  { name: 'UNIMPLEMENTED', status: 12, message: 'unknown service' },
];
const OPERATOR = /^OperatorService\//;
const OPERATOR_AND_SCHEDULES = /^OperatorService\/|^WorkflowService\/(Create|Describe)Schedule$/;

describe('a worker without the rights of an operator', () => {
  let service: Service;
  before(async () => {
    service = await startService({ workers: 0 });
  });
  after(() => service?.stop());

  /** The environment of the service's processes, with Temporal behind the proxy. */
  const beside = (proxy: TemporalProxy, more: Readonly<Record<string, string>> = {}) => ({
    TEMPORAL_ADDRESS: proxy.address,
    ...more,
  });

  for (const { name, status, message } of REFUSALS) {
    it(`processes calls when every request about search attributes and schedules is answered ${name}, and warns once of each`, async () => {
      const proxy = await startTemporalProxy(service.temporal.address, [
        { methods: OPERATOR_AND_SCHEDULES, status, message },
      ]);
      try {
        const worker = await service.startWorker({ env: beside(proxy) });
        assert.deepEqual([...new Set(proxy.refused)].toSorted(), [
          'OperatorService/AddSearchAttributes',
          'OperatorService/ListSearchAttributes',
          'WorkflowService/CreateSchedule',
          'WorkflowService/DescribeSchedule',
        ]);
        const { callSid } = await startCall(service);
        await untilCompleted(service, callSid);
        const warnings = worker
          .output()
          .split('\n')
          .filter((line) => line.includes('"severity":"WARNING"') && line.includes('"code"'));
        assert.equal(warnings.length, 2, worker.output());
        assert.match(warnings[0] ?? '', new RegExp(`search attributes \\(${name}\\)`));
        assert.match(
          warnings[0] ?? '',
          /tcld namespace search-attributes add --namespace default --search-attribute CallStatus=Keyword --search-attribute FailedStep=Keyword --search-attribute FailureCode=Keyword/,
        );
        assert.match(warnings[1] ?? '', /temporal schedule create /);
        assert.equal((await worker.stop()).code, 0);
      } finally {
        await proxy.close();
      }
    });

    it(`ends with what to do when the search attributes are missing and ${name} is all that it hears, and starts once that is done`, async () => {
      const namespace = `without-attributes-${status}`;
      await temporalCli(service, `operator namespace create --namespace ${namespace}`);
      const proxy = await startTemporalProxy(service.temporal.address, [
        { methods: OPERATOR, status, message },
      ]);
      try {
        const env = beside(proxy, { TEMPORAL_NAMESPACE: namespace });
        // A new namespace takes some seconds to reach every part of the server.
        const words = await waitFor('a worker that knows the namespace', async () => {
          const { message: said } = await assertEnds(service.startWorker({ env }));
          return said.includes('search attributes CallStatus') ? said : null;
        });
        const [, command = ''] = /an administrator runs: temporal (.+)$/m.exec(words) ?? [];
        assert.match(words, /lacks the search attributes CallStatus, FailedStep, FailureCode/);
        assert.match(words, /tcld namespace search-attributes add --namespace without-attributes/);
        assert.doesNotMatch(words, /\n {4}at /);
        await temporalCli(service, command);
        const worker = await service.startWorker({ env });
        assert.equal((await worker.stop()).code, 0);
      } finally {
        await proxy.close();
      }
    });
  }
});

/** The error of a process that ends instead of getting ready. */
function assertEnds(starting: Promise<unknown>): Promise<Error> {
  return starting.then(
    () => assert.fail('It started.'),
    (error: Error) => error,
  );
}
