import { z } from 'zod';

import type { Direction } from './call.ts';
import { type EnvelopeColumns, isHeard } from './envelope.ts';

/** What a row says about a conversation: by channel, because who is on which is decided later. */
const heardTalk = z.object({
  talk: z
    .object({
      channelSeconds: z.tuple([z.number(), z.number()]),
      silenceSeconds: z.number(),
      longestSilenceSeconds: z.number(),
      interruptions: z.int(),
    })
    .nullish(),
});

/** Who spoke for how long. */
export type CallTalk = {
  /** The other side, and ours; `null` while the direction of the call is not known. Of an internal call, who placed it and who answered. */
  readonly callerSeconds: number | null;
  readonly agentSeconds: number | null;
  readonly silenceSeconds: number;
  readonly longestSilenceSeconds: number;
  readonly interruptions: number;
};

export type TalkColumns = Pick<EnvelopeColumns, 'heardSha256' | 'sha256'> & {
  readonly heard: unknown;
  readonly direction: Direction | null;
};

/**
 * How the conversation in a call's recording went; `null` where that is not known. `callerChannel`: the
 * channel (1-based) on which the party that placed the call is heard.
 */
export function talkOf(call: TalkColumns, callerChannel: number): CallTalk | null {
  const { data } = heardTalk.safeParse(call.heard);
  if (data?.talk == null || !isHeard(call)) return null;
  const { channelSeconds, ...rest } = data.talk;
  const [first, second] = channelSeconds;
  const [placed, answered] = callerChannel === 1 ? [first, second] : [second, first];
  switch (call.direction) {
    case null:
      return { callerSeconds: null, agentSeconds: null, ...rest };
    case 'outbound':
      return { callerSeconds: answered, agentSeconds: placed, ...rest };
    default:
      return { callerSeconds: placed, agentSeconds: answered, ...rest };
  }
}
