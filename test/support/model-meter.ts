import { sendJson, startHttpServer } from './http-server.ts';

export type ModelMeter = Awaited<ReturnType<typeof startModelMeter>>;

/**
 * Stands between a worker and a language model and counts the tokens that the model's replies name, by
 * call: the words of every recording (see recordings.ts) tell which one it is.
 */
export async function startModelMeter() {
  let target = '';
  const used = new Map<string, { inputTokens: number; outputTokens: number }>();
  const usedBy = (callSid: string) => used.get(callSid) ?? { inputTokens: 0, outputTokens: 0 };
  const server = await startHttpServer(({ method, url, headers, body }, response) => {
    const { authorization = '' } = headers;
    void fetch(`${target}${url}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body } : {}),
    }).then(
      async (reply) => {
        const json = (await reply.json()) as {
          usage?: { prompt_tokens: number; completion_tokens: number };
        };
        const [, second, index] = /ticket (\d+) (\d+)/.exec(body) ?? [];
        const callSid = `${second}.${index}`;
        const before = usedBy(callSid);
        used.set(callSid, {
          inputTokens: before.inputTokens + (json.usage?.prompt_tokens ?? 0),
          outputTokens: before.outputTokens + (json.usage?.completion_tokens ?? 0),
        });
        sendJson(response, json, reply.status);
      },
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
