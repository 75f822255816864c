/** What fastify-type-provider-zod makes of an issue of zod's: its other fields are in `params`. */
type Fault = {
  readonly keyword: string;
  /** With a slash before each part; a slash alone for the whole. */
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
};

/** What zod says where a schema has no words of its own. */
const WORDS_OF_ZOD = /^(?:Invalid|Too |Unrecognized )/;

/** Says what is wrong with a part of a request (`body`, `querystring`, …), in one sentence for all of it. */
export function describeFaults(part: string, faults: readonly Fault[]): string {
  const said = faults.map((fault) => {
    const path = fault.instancePath.replaceAll('/', '.').replace(/\.$/, '');
    return `${part}${path} ${wordsOf(fault)}`;
  });
  return `${said.join('; ')}.`;
}

function wordsOf({ keyword, message = 'is not taken', params }: Fault): string {
  if (!WORDS_OF_ZOD.test(message)) return message;
  const { keys, values, maximum, minimum, expected, origin } = params;
  switch (keyword) {
    case 'unrecognized_keys':
      return `has ${listOf(keys)}, which is not taken here`;
    case 'invalid_value':
      return `must be one of ${listOf(values)}`;
    case 'too_big':
      return `must ${sizeOf(origin, `at most ${String(maximum)}`)}`;
    case 'too_small':
      return `must ${sizeOf(origin, `at least ${String(minimum)}`)}`;
    case 'invalid_type':
      return message.endsWith('received undefined')
        ? 'is missing'
        : `must be of the type ${String(expected)}`;
    default:
      return message;
  }
}

/** `origin` is the type of what is too large or too small. */
function sizeOf(origin: unknown, bound: string): string {
  return origin === 'string' ? `have ${bound} characters` : `be ${bound}`;
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.join(', ') : '';
}
