import { sendJson, startHttpServer, type SeenRequest } from './http-server.ts';

type Reply = {
  readonly status: number;
  readonly json: { usage?: { prompt_tokens: number; completion_tokens: number } };
};

export type ModelMeter = Awaited<ReturnType<typeof startModelMeter>>;

/**
 * Stands between a worker and a language model and counts the tokens that the model's replies name, by
 * call: the words of every recording (see recordings.ts) tell which one it is.
 */
export async function startModelMeter() {
  let target = '';
  const used = new Map<string, { inputTokens: number; outputTokens: number }>();
  const usedBy = (callSid: string) => used.get(callSid) ?? { inputTokens: 0, outputTokens: 0 };

  async function passOn({ method, url, headers, body }: SeenRequest): Promise<Reply> {
    const { authorization = '' } = headers;
    const reply = await fetch(`${target}${url}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body } : {}),
    });
    const json = (await reply.json()) as Reply['json'];
    const [, second, index] = /ticket (\d+) (\d+)/.exec(body) ?? [];
    const callSid = `${second}.${index}`;
    const before = usedBy(callSid);
    used.set(callSid, {
      inputTokens: before.inputTokens + (json.usage?.prompt_tokens ?? 0),
      outputTokens: before.outputTokens + (json.usage?.completion_tokens ?? 0),
    });
    return { status: reply.status, json };
  }

  const server = await startHttpServer((request, response) => {
    passOn(request).then(
      ({ status, json }) => sendJson(response, json, status),
      () => response.destroy(),
    );
  });
  return {
    /** What a worker takes for the model's address. */
    baseUrl: `${server.url}/v1`,
    /** Where requests are passed on to, without `/v1`. */
    passOnTo(origin: string) {
      target = origin;
    },
    usedBy,
    close: () => server.close(),
  };
}
