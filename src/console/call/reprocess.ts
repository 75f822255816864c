import type { ReceiptReply } from '../../api/reprocess-schemas.ts';
import type { CallReply, RunReply } from '../../api/schemas.ts';
import { fieldsOf, type Answer, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { receiptPage } from './receipt-page.ts';

const PATH = '/console/calls/:callSid/reprocess';

/** `/console/calls/:callSid/reprocess`: what it would do and pay; and the button that does it. */
export function addReprocess(pages: Pages): void {
  pages.show(PATH, showReceipt);
  pages.take(PATH, begin);
}

async function showReceipt({ api, request, session }: Visit): Promise<Answer> {
  const self = selfOf(request.params);
  const { from = '' } = fieldsOf(request.query);
  const asked = from === '' ? '' : `?${new URLSearchParams({ from }).toString()}`;
  const [call, receipt] = await Promise.all([
    api.get<CallReply>(self),
    api.get<ReceiptReply>(`${self}/reprocess${asked}`),
  ]);
  return receiptPage(call, { receipt, from, session });
}

async function begin({ api, request }: Visit): Promise<Answer> {
  const self = selfOf(request.params);
  const { from = '', reason = '', token = '' } = fieldsOf(request.body);
  const body = {
    ...(from === '' ? {} : { from }),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
  await api.send<RunReply>('POST', `${self}/reprocess`, { body, token });
  return { goTo: `/console${self}?begun` };
}

function selfOf(params: unknown): string {
  return `/calls/${encodeURIComponent(fieldsOf(params)['callSid'] ?? '')}`;
}
