import type { ServiceDefinition, MethodDefinition } from '@grpc/grpc-js';
// The messages are compiled from Google's own protos and are part of Google's client package.
import generated from '@google-cloud/speech/build/protos/protos.js';
import protobuf from 'protobufjs';
import type { google } from '@google-cloud/speech/build/protos/protos.js';

/** The messages of Speech-to-Text v2, with their encoders. */
export const v2 = generated.google.cloud.speech.v2;
const longrunning = generated.google.longrunning;
const { Empty } = generated.google.protobuf;

export type BatchRecognizeRequest = google.cloud.speech.v2.BatchRecognizeRequest;
export type RecognitionConfig = google.cloud.speech.v2.IRecognitionConfig;
export type OperationMessage = google.longrunning.IOperation;
type GetOperationRequest = google.longrunning.GetOperationRequest;
type CancelOperationRequest = google.longrunning.CancelOperationRequest;
export type ListOperationsRequest = google.longrunning.ListOperationsRequest;
export type ListOperationsResponse = google.longrunning.IListOperationsResponse;
export type FileResult = google.cloud.speech.v2.IBatchRecognizeFileResult;

type GetLocationRequest = { readonly name: string };
/** `google.cloud.location.Location`, as far as Speech-to-Text fills it in. */
export type Location = {
  readonly name: string;
  readonly locationId: string;
  readonly metadata: google.protobuf.IAny;
};

type Codec<Message> = {
  decode(bytes: Uint8Array): Message;
  encode(message: Message): { finish(): Uint8Array };
};

/** One unary method that uses the messages' own encoders instead of a proto file read at run time. */
function unary<Request, Response>(
  path: string,
  request: Codec<Request>,
  response: Codec<Response>,
): MethodDefinition<Request, Response> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}

/** The method of Speech-to-Text v2 that the sandbox serves; all others answer UNIMPLEMENTED. */
export const SPEECH_SERVICE = {
  BatchRecognize: unary<BatchRecognizeRequest, OperationMessage>(
    '/google.cloud.speech.v2.Speech/BatchRecognize',
    v2.BatchRecognizeRequest,
    longrunning.Operation,
  ),
} satisfies ServiceDefinition;

/** The methods of the operations API that the sandbox serves. */
export const OPERATIONS_SERVICE = {
  GetOperation: unary<GetOperationRequest, OperationMessage>(
    '/google.longrunning.Operations/GetOperation',
    longrunning.GetOperationRequest,
    longrunning.Operation,
  ),
  ListOperations: unary<ListOperationsRequest, ListOperationsResponse>(
    '/google.longrunning.Operations/ListOperations',
    longrunning.ListOperationsRequest,
    longrunning.ListOperationsResponse,
  ),
  CancelOperation: unary<CancelOperationRequest, object>(
    '/google.longrunning.Operations/CancelOperation',
    longrunning.CancelOperationRequest,
    Empty,
  ),
} satisfies ServiceDefinition;

// Google's client package has no encoders for these two: their protos are part of another package.
const GetLocation = new protobuf.Type('GetLocationRequest').add(
  new protobuf.Field('name', 1, 'string'),
);
const Any = new protobuf.Type('Any')
  .add(new protobuf.Field('type_url', 1, 'string'))
  .add(new protobuf.Field('value', 2, 'bytes'));
const LocationType = new protobuf.Type('Location')
  .add(new protobuf.Field('name', 1, 'string'))
  .add(new protobuf.Field('locationId', 4, 'string'))
  .add(Any)
  .add(new protobuf.Field('metadata', 3, 'Any'));

/** The method of the locations API that the sandbox serves. */
export const LOCATIONS_SERVICE = {
  GetLocation: unary<GetLocationRequest, Location>(
    '/google.cloud.location.Locations/GetLocation',
    GetLocation as unknown as Codec<GetLocationRequest>,
    LocationType as unknown as Codec<Location>,
  ),
} satisfies ServiceDefinition;

/** A location with what Speech-to-Text says about it. */
export function locationMessage(
  location: Omit<Location, 'metadata'>,
  metadata: google.cloud.speech.v2.ILocationsMetadata,
): Location {
  const value = v2.LocationsMetadata.encode(metadata).finish();
  const type_url = 'type.googleapis.com/google.cloud.speech.v2.LocationsMetadata';
  return { ...location, metadata: { type_url, value } };
}
