// Every page is for everybody, however it is looked at, whatever names stand on it, and also when something is wrong.
import { createDatabase } from '../../src/repositories/database.ts';
import { addListedCall } from '../api/listed-calls.ts';
import {
  ALL_LOOKS,
  assertAccessible,
  everyPageIsAccessible,
  lookAt,
} from '../console/browser/accessible.ts';
import { useDesk } from '../console/browser/desk.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';

const NAMES = [
  'Aktiengesellschaft für Rindfleischetikettierungsüberwachung und Aufgabenübertragung',
  'Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww',
  'شركة النور للمخابز والحلويات الشرقية والغربية المحدودة في المدينة القديمة',
];

describe('the pages for everybody', () => {
  const desk = useDesk();
  const stack = new AsyncDisposableStack();
  let emptyUrl: string;
  let bulkPath: string;

  before(async function () {
    const database = createDatabase({ url: desk.service.databaseUrl, poolSize: 1 });
    for (const [index, name] of NAMES.entries()) {
      await addListedCall(database, {
        callSid: `name.${index}`,
        startTime: new Date(Date.now() - index * 60_000),
        company: { connectwiseId: String(index), name },
        analysis: {
          summary: name,
          reasonForCall: name,
          callerName: name,
          category: 'incident',
          sentiment: 'negative',
          followUpNeeded: true,
          quotes: [name],
          actions: [{ description: name, owner: 'msp', due: name }],
        },
      });
    }
    await database.close();
    const none = await createTestDatabase();
    stack.defer(() => none.drop());
    const gateway = await startOwnGateway(none.url, {
      TEMPORAL_ADDRESS: desk.service.temporal.address,
    });
    stack.defer(() => gateway.remove());
    emptyUrl = gateway.url;
    const { body } = await desk.service.request('POST', '/reprocesses', {
      filter: { failedStep: 'analyzeTranscript' },
      // Slow enough that it goes on while it is looked at.
      ratePerSecond: 0.01,
    });
    bulkPath = `/console/reprocesses/${String(body['id'])}`;
  });
  after(() => stack.disposeAsync());

  everyPageIsAccessible(desk, ALL_LOOKS);

  for (const look of ALL_LOOKS) {
    const { colorScheme, viewport } = look;
    it(`is so with long names and names of other scripts: ${colorScheme}, ${viewport.width} px`, async () => {
      await lookAt(desk.page, look);
      for (const path of [
        '/console',
        '/console?q=scanner&from=2026-01-01&company=1',
        ...NAMES.map((_, index) => `/console/calls/name.${index}`),
        '/console/calls/name.0/reprocess',
        '/console/overview',
        bulkPath,
      ]) {
        await desk.open(path);
        await assertAccessible(desk.page, path);
      }
    });

    it(`is so where there is nothing, and where something is wrong: ${colorScheme}, ${viewport.width} px`, async () => {
      const { page } = desk;
      await lookAt(page, look);
      for (const path of ['', '/failures', '/overview', '/failures/reprocess', '/calls/1.1']) {
        await desk.open(`/console${path}`, emptyUrl);
        await assertAccessible(page, `${path} of nothing`);
      }
      await desk.open(`/console/reprocesses/01a22c68-ed6b-7985-98b8-c0765c107a16`);
      await assertAccessible(page, 'an unknown reprocess');
      await desk.open(`/console/calls/${desk.heard.callSid}`);
      await page.locator('#audio').waitFor();
      await page.route('**/*', (route) => route.abort());
      await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
      await page.getByText('The gateway does not answer just now').waitFor();
      await assertAccessible(page, 'a gateway that is away');
    });
  }
});
