import { z } from 'zod';

import { SCOPES } from '../domain/api-key.ts';
import { hasAtMost } from './lengths.ts';

// Keys of ours have 47 characters.
const KEY_MAX_LENGTH = 200;

export const signInBody = z.strictObject({
  key: z
    .string('must be a key')
    .min(1, 'must be a key')
    .refine(hasAtMost(KEY_MAX_LENGTH), `must have at most ${KEY_MAX_LENGTH} characters`)
    .meta({ minLength: 1, maxLength: KEY_MAX_LENGTH, description: 'A key of API_KEYS.' }),
});

export const sessionReply = z
  .strictObject({
    name: z
      .string()
      .nullable()
      .describe('The name of the key; null for nobody, and where no keys are configured.'),
    scopes: z.array(z.enum(SCOPES)).describe('What the sender of the request may do.'),
    token: z
      .string()
      .nullable()
      .describe('For the header `x-session-token` of changes; null without a session.'),
    expiresAt: z.iso.datetime().nullable().describe('When the session ends.'),
  })
  .meta({ id: 'Session', description: 'Who is signed in.' });

export type SessionReply = z.infer<typeof sessionReply>;
