import type { BulkReply, DryRunReply } from '../../api/bulk-schemas.ts';
import { fieldsOf, type Answer, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { bulkPage } from './bulk-page.ts';
import { previewPage } from './preview-page.ts';

type Fields = Readonly<Record<string, string>>;

const PREVIEW = '/console/failures/reprocess';
const BULK = '/console/reprocesses/:id';

/** A group of failed calls is reprocessed: first what that would do, then how it goes on, and what came of it. */
export function addBulk(pages: Pages): void {
  pages.show(PREVIEW, preview);
  pages.take(PREVIEW, begin);
  pages.show(BULK, show);
  pages.take(`${BULK}/stop`, stop);
}

async function preview({ api, request, session, now }: Visit): Promise<Answer> {
  // Calls that come in while somebody looks at the list are not meant.
  const fields = { to: new Date(now).toISOString(), ...fieldsOf(request.query) };
  const body = { filter: filterOf(fields), ...fromOf(fields), dryRun: true };
  const meant = await api.preview<DryRunReply>('/reprocesses', {
    body,
    token: session.token ?? '',
  });
  return previewPage(meant, { fields, session });
}

async function begin({ api, request }: Visit): Promise<Answer> {
  const fields = fieldsOf(request.body);
  const { rate = '1', reason = '', token = '' } = fields;
  const body = {
    filter: filterOf(fields),
    ...fromOf(fields),
    ratePerSecond: Number(rate),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
  const begun = await api.send<{ readonly id: string }>('POST', '/reprocesses', { body, token });
  return { goTo: `/console/reprocesses/${encodeURIComponent(begun.body.id)}` };
}

async function show({ api, request, session, now }: Visit): Promise<Answer> {
  return bulkPage(await api.get<BulkReply>(selfOf(request.params)), { session, now });
}

async function stop({ api, request }: Visit): Promise<Answer> {
  const { token = '' } = fieldsOf(request.body);
  const self = selfOf(request.params);
  await api.send<BulkReply>('DELETE', self, { token });
  return { goTo: `/console${self}` };
}

function selfOf(params: unknown): string {
  return `/reprocesses/${encodeURIComponent(fieldsOf(params)['id'] ?? '')}`;
}

/** What is in the address and not in the filter of the API is not meant to be there. */
function filterOf({ failedStep = '', failureCode = '', to = '' }: Fields) {
  return {
    status: 'FAILED',
    ...(failedStep === '' ? {} : { failedStep }),
    ...(failureCode === '' ? {} : { failureCode }),
    ...(to === '' ? {} : { to }),
  };
}

function fromOf({ from = '' }: Fields) {
  return from === '' ? {} : { from };
}
