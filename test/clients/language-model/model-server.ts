import { z } from 'zod';

import { sendJson, startHttpServer, type HttpServer } from '../../support/http-server.ts';

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.unknown()) }),
  }),
  max_tokens: z.int(),
  tools: z.undefined().optional(),
});

/** A request of the client, parsed. */
export type Asked = {
  readonly kind: 'analysis' | 'notes' | 'merge';
  readonly system: string;
  readonly user: string;
  /** The transcript between the markers, or the notes, without the check numbers. */
  readonly data: string;
  /** The check numbers in it, in their order. */
  readonly checkNumbers: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
  /** All messages, including repairs. */
  readonly messages: readonly string[];
  readonly bodyBytes: number;
};

/** Returns the model's message, or `null` to answer 503; a promise delays it. */
type Answering = (asked: Asked, number: number) => Promise<object | null> | object | null;

export type ModelServer = {
  readonly url: string;
  /** Every request so far, in order. */
  readonly asked: readonly Asked[];
  /** Sets how every request from now on is answered. */
  answer(answering: Answering): void;
  close(): Promise<void>;
};

/** A real chat completions server whose answers the test scripts. Each reply
 * counts as 100 input and 10 output tokens, and as an object repeats the check numbers. */
export async function startModelServer(): Promise<ModelServer> {
  const asked: Asked[] = [];
  let answering: Answering = () => null;
  const server: HttpServer = await startHttpServer((request, response) => {
    const each = toAsked(request.body);
    asked.push(each);
    void (async () => {
      const message = await answering(each, asked.length);
      if (message === null) {
        sendJson(response, { error: { message: 'overloaded' } }, 503);
        return;
      }
      sendJson(response, {
        model: 'model-answered',
        choices: [
          { finish_reason: 'stop', message: { role: 'assistant', ...withNumbers(message, each) } },
        ],
        usage: { prompt_tokens: 100, completion_tokens: 10 },
      });
    })();
  });
  return {
    url: `${server.url}/v1`,
    asked,
    answer(next) {
      answering = next;
    },
    close: () => server.close(),
  };
}

const CHECK_LINE = /^\[check number (\d{6})\]$/;

function withNumbers(message: object, asked: Asked): object {
  if (!('content' in message) || typeof message.content !== 'string') return message;
  return { ...message, content: repeatNumbers(message.content, asked) };
}

/** The answer of a model that has read this request: an object, with the check numbers if there are any. */
export function asReader(content: string, requestBody: string): string {
  return repeatNumbers(content, toAsked(requestBody));
}

function repeatNumbers(content: string, { checkNumbers }: Asked): string {
  if (checkNumbers.length === 0 || !content.startsWith('{')) return content;
  const object = JSON.parse(content) as Record<string, unknown>;
  return JSON.stringify({ ...object, checkNumbers: checkNumbers.join(' ') });
}

function toAsked(body: string): Asked {
  const { messages, response_format: format } = requestSchema.parse(JSON.parse(body));
  const [system, user] = messages.map(({ content }) => content);
  const { name, schema } = format.json_schema;
  const data = /: <((?:transcript|notes)-[0-9a-f]{16})>\n([\s\S]*)\n<\/\1>(?:\n\n.*)?$/.exec(
    user ?? '',
  );
  const lines = data?.[2]?.split('\n') ?? [];
  const isMerge = data?.[1]?.startsWith('notes') ?? false;
  return {
    kind: name === 'call_notes' ? 'notes' : isMerge ? 'merge' : 'analysis',
    system: system ?? '',
    user: user ?? '',
    data: lines.filter((line) => !CHECK_LINE.test(line)).join('\n'),
    checkNumbers: lines.flatMap((line) => CHECK_LINE.exec(line)?.[1] ?? []),
    schema,
    messages: messages.map(({ content }) => content),
    bodyBytes: Buffer.byteLength(body),
  };
}
