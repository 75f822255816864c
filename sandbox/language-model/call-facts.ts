import { readNotes } from './notes-facts.ts';
import { dueWordsOf, type PromiseMade } from './promise-made.ts';

/** What the stand-in reads from a prompt: enough to fill any sensible schema, and deterministic. */
export type CallFacts = {
  readonly sentences: readonly string[];
  /** The sentences that may be quoted: only what was said. */
  readonly quotes: readonly string[];
  readonly summary: string;
  /** The sentence that names the problem; the first sentence if none does. */
  readonly reason: string;
  /** The sentences in which somebody promises something. */
  readonly promises: readonly PromiseMade[];
  readonly callerName: string | null;
  readonly clientName: string | null;
  readonly phoneNumber: string | null;
  /** The numbers that a request asks to be repeated, as proof that all of it was read. */
  readonly checkNumbers: string;
  readonly resolved: boolean;
  /** Words that describe the call, the best match first; they choose the values of enums. */
  readonly labels: readonly string[];
};

/** A summary or a sentence should fit on a few lines of a screen; a longer one is cut at a word. */
const SUMMARY_CHARACTERS = 240;

/** The speakers in transcripts who belong to the MSP. */
const AGENTS = /^(agent|colleague)$/i;

const PROBLEM =
  /\b(not|can't|cannot|won't|isn't|doesn't|problem|issue|error|broken|down|locked|stopped|stuck|slow|lost|fail\w*|wrong|keeps?|expired|offline|strange|worried|need|deadline)\b/i;
/** What people say before they get to the point. */
const GREETING =
  /\bhow (can|may) (i|we) help\b|^(hello|hi|good (morning|afternoon|evening))\b[^,]*[.!?]$/i;
const PROMISE =
  /\b(i'll|i will|we'll|we will|(?:team|engineer|technician|colleague) will|i am (?:going to|raising|sending)|let me)\b/i;
const RESOLVED =
  /\b(works? (now|again)|working (now|again)|fixed|sorted|solved|that did it|back (up|to normal)|all good|it is (printing|stopped|working))\b/i;

/** The words in a call that suggest labels. The first rule that matches gives the first labels. */
const LABEL_RULES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /\b(angry|unacceptable|ridiculous|third time|again and again|frustrat\w*|complain\w*)\b/i,
    ['negative'],
  ],
  [/\b(thank\w*|great|brilliant|perfect|lovely|wonderful)\b/i, ['positive']],
  [
    /\b(urgent\w*|emergency|everyone|nobody can|no one can|whole office|all of us)\b/i,
    ['critical', 'urgent', 'high'],
  ],
  [
    /\b(how (do|does)|how can (?!i help|we help)|what is the|could you (tell|explain))\b/i,
    ['question'],
  ],
  [
    /\b(virus|phishing|ransom\w*|hacked|suspicious|scam|clicked on a link)\b/i,
    ['security', 'high'],
  ],
  [
    /\b(password|log ?in|log ?on|locked out|account|authenticat\w*)\b/i,
    ['access', 'password', 'account', 'login'],
  ],
  [/\b(e-?mails?|outlook|mailbox|inbox)\b/i, ['email', 'mail', 'software']],
  [
    /\b(internet|network|wi-?fi|wireless|vpn|router|connection|broadband|server)\b/i,
    ['network', 'connectivity', 'internet'],
  ],
  [
    /\b(printer|print\w*|scanner|laptop|monitor|keyboard|screen|computer)\b/i,
    ['hardware', 'printer', 'device'],
  ],
  [/\b(phone system|headset|handset|voicemail|extension)\b/i, ['telephony', 'phone']],
  [/\b(invoices?|bill\w*|payment)\b/i, ['billing', 'invoice']],
  [/\b(quote|order|purchase|new (user|starter|laptop)s?)\b/i, ['sales', 'request', 'order']],
  [
    /\b(software|program|app|excel|word|update|licen[cs]e|backup|sage|quickbooks)\b/i,
    ['software', 'application'],
  ],
];
/** Labels that fit if no rule matches, in words that enums commonly use. */
const FALLBACK_LABELS = ['neutral', 'normal', 'medium', 'general', 'other', 'unknown', 'none'];

/** A line of its own, which nobody said. */
const CHECK_LINE = /^\[check number (\d+)\]\n/gm;

/** Derives the facts from the prompt's transcript or notes; the text before gives only the client and the number. */
export function readFacts(prompt: string): CallFacts {
  const checkNumbers = [...prompt.matchAll(CHECK_LINE)].map(([, number]) => number).join(' ');
  const { preamble, transcript, areNotes } = splitPrompt(prompt.replace(CHECK_LINE, ''));
  const caller = {
    clientName: lineOf(preamble, 'client_name'),
    phoneNumber: lineOf(preamble, 'Phone Number'),
    checkNumbers,
  };
  if (areNotes) {
    const notes = readNotes(transcript);
    const facts = { ...readTranscript(notes.sentences.join('\n')), ...notes, ...caller };
    return { ...facts, reason: notes.matters[0] ?? facts.reason };
  }
  return { ...readTranscript(transcript), ...caller };
}

function readTranscript(
  transcript: string,
): Omit<CallFacts, 'clientName' | 'phoneNumber' | 'checkNumbers'> {
  const spokenBy = toSentences(transcript);
  const sentences = spokenBy.map(({ text }) => text);
  const spoken = sentences.join(' ');
  const matters = sentences.filter((sentence) => !GREETING.test(sentence));
  const reason =
    matters.find((sentence) => PROBLEM.test(sentence)) ?? matters[0] ?? sentences[0] ?? '';
  const promises = spokenBy
    .filter(({ text }) => PROMISE.test(text))
    .map(({ text, speaker }) => ({ text, owner: ownerOf(speaker), due: dueWordsOf(text) }));
  const resolved = RESOLVED.test(spoken);
  const end = promises[0]?.text ?? sentences.at(-1) ?? '';
  const summary = [...new Set([reason, end])].join(' ').trim();
  return {
    sentences,
    quotes: sentences,
    summary: cutAtWord(summary, SUMMARY_CHARACTERS),
    reason,
    promises,
    callerName:
      /\b(?:my name is|this is|it's|i'm)\s+([A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?)/.exec(spoken)?.[1] ??
      null,
    resolved,
    labels: [
      ...LABEL_RULES.filter(([pattern]) => pattern.test(spoken)).flatMap(([, labels]) => labels),
      ...(PROBLEM.test(spoken) ? ['incident'] : []),
      ...FALLBACK_LABELS,
    ],
  };
}

/**
 * The transcript is the text after the heading `Transcript:`, without the element around it if there is one
 * (`<transcript>`, also with a mark in its name). Notes are found in the same way after `Notes:`. A prompt without such
 * a heading is all transcript.
 */
export function splitPrompt(prompt: string): {
  preamble: string;
  transcript: string;
  areNotes: boolean;
} {
  const heading = /^[ \t]*(Transcript|Notes):[ \t]*/im.exec(prompt);
  if (heading === null) {
    return { preamble: '', transcript: prompt, areNotes: false };
  }
  const rest = prompt.slice(heading.index + heading[0].length);
  const element = /^<((?:transcript|notes)[\w-]*)>([\s\S]*)<\/\1>/i.exec(rest);
  return {
    preamble: prompt.slice(0, heading.index),
    transcript: element?.[2] ?? rest,
    areNotes: heading[1]?.toLowerCase() === 'notes',
  };
}

type Sentence = { readonly speaker: string | null; readonly text: string };

/** Leaves out what is not speech: speakers' names before a colon, and times in brackets. */
function toSentences(transcript: string): Sentence[] {
  return transcript.split(/\n+/).flatMap((line) => {
    const label = /^\s*(?:\[[\d:.\s–-]+\]\s*)?([\p{L}\d][\p{L}\d ]{0,20}):\s+/u.exec(line);
    const speaker = label?.[1] ?? null;
    return line
      .slice(label?.[0].length ?? 0)
      .split(/(?<=[.!?])\s+/)
      .map((sentence) => ({ speaker, text: cutAtWord(sentence.trim(), SUMMARY_CHARACTERS) }))
      .filter(({ text }) => text !== '');
  });
}

function ownerOf(speaker: string | null): PromiseMade['owner'] {
  if (speaker === null || /^speaker/i.test(speaker)) return null;
  return AGENTS.test(speaker) ? 'msp' : 'client';
}

/** The value after a label in the prompt; "Not found" and "Not known" count as missing. */
function lineOf(preamble: string, label: string): string | null {
  const match = new RegExp(`^[ \\t]*${label}:[ \\t]*(.+)$`, 'im').exec(preamble);
  const value = match?.[1]?.trim() ?? '';
  return value === '' || /^not (found|known)$/i.test(value) ? null : value;
}

function cutAtWord(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters).replace(/\s+\S*$/, '')}…`;
}
