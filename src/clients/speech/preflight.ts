import { protos } from '@google-cloud/speech';
import { operationsProtos } from 'google-gax';

import { speechError } from './errors.ts';
import { createTransport, type SpeechConfig } from './transport.ts';

const { LocationsMetadata } = protos.google.cloud.speech.v2;

/** The models that a location has for a language. */
export type ModelsOf = (languageCode: string) => readonly string[];

type SpeechQuestions = {
  /** Whether the credentials, the project and the location are accepted: throws if not. */
  access(signal: AbortSignal): Promise<void>;
  /** Which models the location has; `null` if Google does not say. */
  models(signal: AbortSignal): Promise<ModelsOf | null>;
  close(): Promise<void>;
};

const DEADLINE_MS = 8_000;

/**
 * Creates the questions that are asked of Speech-to-Text before the service is started. They cost
 * nothing and submit nothing. They throw SPEECH_* codes.
 */
export function createSpeechQuestions(config: SpeechConfig): SpeechQuestions {
  const transport = createTransport(config, DEADLINE_MS);
  const { ListOperationsRequest } = operationsProtos.google.longrunning;
  const name = `projects/${config.projectId}/locations/${config.location}`;

  return {
    access: (signal) =>
      transport.send({ what: 'Asking Speech-to-Text', signal }, async (client, options) => {
        const request = new ListOperationsRequest({ name, pageSize: 1 });
        const listed = client.operationsClient.listOperationsAsync(request, {
          ...options,
          autoPaginate: false,
        });
        // One answer is enough to know; what is in it does not matter.
        await listed[Symbol.asyncIterator]().next();
      }),

    models: (signal) =>
      transport.send({ what: 'Asking for the models', signal }, async (client, options) => {
        // Declared as the answer itself; it comes in a list, as all answers of the library do.
        const answer: unknown = await client.getLocation({ name }, options);
        const bytes = metadataOf(Array.isArray(answer) ? answer[0] : answer);
        if (bytes === null) return null;
        const models = decode(bytes);
        return (languageCode) => Object.keys(models[languageCode]?.modelFeatures ?? {});
      }),

    close: () => transport.close(),
  };
}

/** What Google says about the location in the words of Speech-to-Text; `null` if it says nothing. */
function metadataOf(location: unknown): Uint8Array | null {
  if (typeof location !== 'object' || location === null || !('metadata' in location)) return null;
  const { metadata } = location;
  if (typeof metadata !== 'object' || metadata === null || !('value' in metadata)) return null;
  return metadata.value instanceof Uint8Array && metadata.value.length > 0 ? metadata.value : null;
}

function decode(bytes: Uint8Array) {
  try {
    return LocationsMetadata.decode(bytes).languages?.models ?? {};
  } catch (cause) {
    const why = 'what it says about the location cannot be read';
    throw speechError('SPEECH_RESULT_INVALID', 'Asking for the models', { why, cause });
  }
}
