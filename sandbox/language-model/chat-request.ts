import { z } from 'zod';
import { invalidRequest } from './openai-error.ts';

const ContentSchema = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.literal('text'), text: z.string() })),
]);

const MessageSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: ContentSchema,
});

const ResponseFormatSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
      schema: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const ChatRequestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(MessageSchema).min(1),
  response_format: ResponseFormatSchema.optional(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  // Options that would change the form of the answer are refused, not ignored: the sandbox sends one whole message.
  stream: z.literal(false, 'The sandbox does not stream.').nullish(),
  n: z.literal(1, 'The sandbox returns one choice only.').nullish(),
  tools: z.undefined('The sandbox does not support tools.').optional(),
});
export type ChatRequest = z.infer<typeof ChatRequestSchema>;

/** Reads a request body. @throws OpenAiError 400 that names the wrong field. */
export function parseChatRequest(body: string): ChatRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw invalidRequest('We could not parse the JSON body of your request.');
  }
  const result = ChatRequestSchema.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalidRequest(issue?.message ?? 'Invalid request.', issue?.path.join('.') ?? null);
  }
  return result.data;
}

/** The text of a message, its parts joined. */
export function textOf({ content }: ChatRequest['messages'][number]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');
}
