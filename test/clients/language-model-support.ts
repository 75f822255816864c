import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import { z } from 'zod';

import {
  createLanguageModel,
  type CallAnalysisResult,
  type LanguageModel,
} from '../../src/clients/language-model.ts';
import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import {
  sendJson,
  startHttpServer,
  type HttpServer,
  type SeenRequest,
} from '../support/http-server.ts';

export const ANALYSIS = {
  summary: 'The printer on the first floor is out of toner.',
  reasonForCall: 'A printer does not print.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [{ description: 'Send toner.', owner: 'msp' }],
  followUpNeeded: true,
  callerName: null,
};
export const JSON_TEXT = JSON.stringify(ANALYSIS);
export const INPUT = {
  companyName: 'Secretive Ltd',
  phoneNumber: '+442079461234',
  transcript: 'The wombat printer does not print.',
};
const PRIVATE = /wombat|Secretive|7946|sk-private|127\.0\.0\.1/;

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z.object({ type: z.string(), json_schema: z.unknown() }).optional(),
  tools: z.never().optional(),
});

export type LanguageModelRig = {
  /** A client whose every request is answered by `answer`; its server takes the place of the one before. */
  clientOf(
    answer: (response: ServerResponse, attempt: number) => void,
    requestTimeoutMs?: number,
  ): Promise<LanguageModel>;
  /** The result when the model writes these texts one after another. */
  analyze(...contents: (string | null)[]): Promise<CallAnalysisResult>;
  requests(): readonly SeenRequest[];
  sent(index: number): z.infer<typeof requestSchema>;
  close(): Promise<void>;
};

export function createLanguageModelRig(): LanguageModelRig {
  let server: HttpServer | null = null;
  const rig: LanguageModelRig = {
    async clientOf(answer, requestTimeoutMs = 5_000) {
      await rig.close();
      let attempt = 0;
      server = await startHttpServer((_, response) => answer(response, (attempt += 1)));
      const config = { baseUrl: `${server.url}/v1`, apiKey: 'sk-private', model: 'model-asked' };
      return createLanguageModel(config, requestTimeoutMs);
    },
    async analyze(...contents) {
      const client = await rig.clientOf((response, attempt) =>
        sendJson(response, completion(contents[attempt - 1] ?? null)),
      );
      return client.analyze(INPUT, new AbortController().signal);
    },
    requests: () => server?.requests ?? [],
    sent(index) {
      const request = server?.requests[index];
      assert.ok(request !== undefined, `request ${index} was sent`);
      return requestSchema.parse(JSON.parse(request.body));
    },
    async close() {
      await server?.close();
      server = null;
    },
  };
  return rig;
}

export function completion(content: string | null): object {
  return {
    model: 'model-answered',
    choices: [{ finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
}

/** The error that an analysis fails with; fails the test when it tells anything private. */
export async function failure(analysis: Promise<unknown>): Promise<ServiceError> {
  const [result] = await Promise.allSettled([analysis]);
  assert.ok(result.status === 'rejected', 'the analysis must fail');
  assert.ok(result.reason instanceof ServiceError, String(result.reason));
  const told = JSON.stringify([result.reason.message, result.reason.context]);
  assert.doesNotMatch(told, PRIVATE, 'nothing private is told');
  return result.reason;
}

export async function assertFails(analysis: Promise<unknown>, code: ErrorCode): Promise<void> {
  assert.equal((await failure(analysis)).code, code);
}
