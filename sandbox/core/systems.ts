type SystemFacts = {
  /** What is counted as hits, and what a fault may name. */
  readonly operations: readonly string[];
  /** The fields of a fault's action that have an effect; any other is refused, as it would do nothing. */
  readonly faultFields: readonly string[];
  /** The system's name in the addresses of the sandbox. */
  readonly address: string;
};

const HTTP_FIELDS = [
  'delayMs',
  'status',
  'headers',
  'body',
  'cutAfterBytes',
  'bytesPerSecond',
  'hang',
  'reset',
  'loseReply',
] as const;

/** The outside systems that the sandbox stands in for, in the order of their ports. */
export const SYSTEMS = {
  phoneSystem: {
    operations: ['recordings.get'],
    faultFields: [...HTTP_FIELDS, 'envelopeCode', 'claimSha1', 'claimSize', 'base64'],
    address: 'phoneSystemUrl',
  },
  storage: {
    operations: [
      'buckets.get',
      'objects.insert',
      'objects.upload',
      'objects.get',
      'objects.media',
      'objects.list',
      'objects.delete',
    ],
    faultFields: [...HTTP_FIELDS, 'cutRequestAfterBytes', 'keep'],
    address: 'storageApiEndpoint',
  },
  speech: {
    operations: [
      'BatchRecognize',
      'GetOperation',
      'ListOperations',
      'CancelOperation',
      'GetLocation',
    ],
    faultFields: [
      'delayMs',
      'status',
      'hang',
      'reset',
      'loseReply',
      'operationError',
      'fileError',
      'loseOperation',
      'noResult',
    ],
    address: 'speechApiEndpoint',
  },
  connectwise: {
    operations: ['contacts.list', 'companies.list', 'sites.list'],
    faultFields: HTTP_FIELDS,
    address: 'connectwiseUrl',
  },
  languageModel: {
    operations: ['chat.completions', 'models.list'],
    faultFields: HTTP_FIELDS,
    address: 'languageModelBaseUrl',
  },
  transcription: {
    operations: ['audio.transcriptions', 'models.list'],
    faultFields: HTTP_FIELDS,
    address: 'transcriptionBaseUrl',
  },
} as const satisfies Readonly<Record<string, SystemFacts>>;

export type SystemName = keyof typeof SYSTEMS;

/** Every system, in the order of their ports. */
// The keys of a literal are what its type says.
export const SYSTEM_NAMES = Object.keys(SYSTEMS) as SystemName[];

/** The facts of one system, by their general type. */
export function factsOf(system: SystemName): SystemFacts {
  return SYSTEMS[system];
}

/** The control API's port and those of the systems, which follow it in steps of ten; 0 takes any free ones. */
export function sandboxPorts(basePort: number): Record<'control' | SystemName, number> {
  const ports = { control: basePort } as Record<'control' | SystemName, number>;
  for (const [index, system] of SYSTEM_NAMES.entries()) {
    ports[system] = basePort === 0 ? 0 : basePort + (index + 1) * 10;
  }
  return ports;
}
