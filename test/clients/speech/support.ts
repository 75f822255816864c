import { protos } from '@google-cloud/speech';
import { Server, ServerCredentials, type ServiceError, type status } from '@grpc/grpc-js';

const v2 = protos.google.cloud.speech.v2;
const longrunning = protos.google.longrunning;

export type Operation = protos.google.longrunning.IOperation;
type BatchRequest = protos.google.cloud.speech.v2.IBatchRecognizeRequest;
type FileResult = protos.google.cloud.speech.v2.IBatchRecognizeFileResult;
type ListRequest = protos.google.longrunning.IListOperationsRequest;
type ListAnswer = protos.google.longrunning.IListOperationsResponse;

/** What the server answers: a message, a status, or no answer. */
type Answer<T> = T | { readonly status: status; readonly details?: string } | 'hang';

export type SpeechServer = {
  /** `http://host:port`, as in SPEECH_API_ENDPOINT. */
  readonly endpoint: string;
  readonly submissions: BatchRequest[];
  readonly calls: string[];
  /** The deadline of each request, in milliseconds since 1970. */
  readonly deadlines: number[];
  /** The metadata of the last request (authorization, user agent). */
  lastMetadata(): Record<string, unknown>;
  stop(): void;
};

export type Answers = {
  submit?: () => Answer<Operation>;
  get?: (name: string) => Answer<Operation>;
  list?: (request: ListRequest) => Answer<ListAnswer>;
};

type Codec<T> = { encode(message: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T };

/** A real gRPC server whose answers the test scripts. */
export async function startSpeechServer(answers: Answers): Promise<SpeechServer> {
  const server = new Server();
  const submissions: BatchRequest[] = [];
  const calls: string[] = [];
  const deadlines: number[] = [];
  let metadata: Record<string, unknown> = {};

  function method<Q, A>(
    path: string,
    request: Codec<Q>,
    reply: Codec<A>,
    answer: (request: Q) => Answer<A>,
  ) {
    const name = path.replace(/^.*\//, '');
    const definition = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message: Q) => Buffer.from(request.encode(message).finish()),
      requestDeserialize: (bytes: Buffer) => request.decode(bytes),
      responseSerialize: (message: A) => Buffer.from(reply.encode(message).finish()),
      responseDeserialize: (bytes: Buffer) => reply.decode(bytes),
    };
    server.addService(
      { [name]: definition },
      {
        [name]: (
          call: {
            request: Q;
            metadata: { getMap(): Record<string, unknown> };
            getDeadline(): Date | number;
          },
          callback: (error: Partial<ServiceError> | null, message?: A) => void,
        ) => {
          calls.push(name);
          deadlines.push(Number(call.getDeadline()));
          metadata = call.metadata.getMap();
          const given = answer(call.request);
          if (given === 'hang') return;
          if (typeof given === 'object' && given !== null && 'status' in given) {
            callback({ code: given.status, details: given.details ?? 'secret wombat' });
          } else {
            callback(null, given);
          }
        },
      },
    );
  }

  method<BatchRequest, Operation>(
    '/google.cloud.speech.v2.Speech/BatchRecognize',
    v2.BatchRecognizeRequest,
    longrunning.Operation,
    (request) => {
      submissions.push(request);
      return answers.submit?.() ?? { name: 'operations/1' };
    },
  );
  method<protos.google.longrunning.IGetOperationRequest, Operation>(
    '/google.longrunning.Operations/GetOperation',
    longrunning.GetOperationRequest,
    longrunning.Operation,
    ({ name }) => answers.get?.(name ?? '') ?? { name: name ?? '', done: false },
  );
  method<ListRequest, ListAnswer>(
    '/google.longrunning.Operations/ListOperations',
    longrunning.ListOperationsRequest,
    longrunning.ListOperationsResponse,
    (request) => answers.list?.(request) ?? { operations: [] },
  );

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    submissions,
    calls,
    deadlines,
    lastMetadata: () => metadata,
    stop: () => server.forceShutdown(),
  };
}

/** An operation's metadata as Google sends it: it repeats the request. */
export function metadataOf(
  outputPrefix: string,
  { progressPercent = 0, createdAt = 0 }: { progressPercent?: number; createdAt?: number } = {},
): NonNullable<Operation['metadata']> {
  const value = v2.OperationMetadata.encode({
    progressPercent,
    createTime: { seconds: createdAt },
    batchRecognizeRequest: { recognitionOutputConfig: { gcsOutputConfig: { uri: outputPrefix } } },
  }).finish();
  return { type_url: 'type.googleapis.com/google.cloud.speech.v2.OperationMetadata', value };
}

/** A finished operation's response with these results by file. */
export function responseOf(
  results: Record<string, FileResult>,
  totalBilledDuration: { readonly seconds: number } | null = null,
): NonNullable<Operation['response']> {
  const value = v2.BatchRecognizeResponse.encode({ results, totalBilledDuration }).finish();
  return { type_url: 'type.googleapis.com/google.cloud.speech.v2.BatchRecognizeResponse', value };
}
