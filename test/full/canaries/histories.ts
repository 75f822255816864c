import type { Client } from '@temporalio/client';

/** Everything that Temporal shows of all runs: one text per event, and one per description. */
export async function textsOfRuns(
  client: Client,
): Promise<readonly { readonly where: string; readonly text: string }[]> {
  const texts: { where: string; text: string }[] = [];
  for await (const info of client.workflow.list()) {
    const handle = client.workflow.getHandle(info.workflowId, info.runId);
    const name = `${info.type} ${info.workflowId}`;
    // Memo, search attributes, and what pending activities said last.
    texts.push({
      where: `the description of ${name}`,
      text: textOf((await handle.describe()).raw),
    });
    const { events } = await handle.fetchHistory();
    for (const event of events ?? []) {
      const [kind = ''] = Object.keys(event).filter((field) => field.endsWith('Attributes'));
      texts.push({ where: `${kind} of ${name}`, text: textOf(event) });
    }
  }
  return texts;
}

/** A value as JSON, followed by its bytes as text, because payloads carry their JSON as bytes. */
function textOf(value: unknown): string {
  const bytes: string[] = [];
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    if (part instanceof Uint8Array) {
      bytes.push(Buffer.from(part).toString());
      return undefined;
    }
    return part;
  });
  return [json, ...bytes].join('\n');
}
