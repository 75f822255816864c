import type { HttpReply } from '../core/http-faults.ts';

/** An error in the shape of OpenAI's: `{error: {message, type, param, code}}`. */
export class OpenAiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;

  constructor(
    status: number,
    type: string,
    code: string | null,
    param: string | null,
    message: string,
  ) {
    super(message);
    this.name = 'OpenAiError';
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
  }
}

/** The error for a request whose field `param` is invalid. */
export function invalidRequest(
  message: string,
  param: string | null = null,
  code: string | null = null,
): OpenAiError {
  return new OpenAiError(400, 'invalid_request_error', code, param, message);
}

/** The error as a reply. */
export function toErrorReply({ status, type, code, param, message }: OpenAiError): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

/** OpenAI's own texts for the statuses that are scripted most often. */
const KNOWN: Readonly<
  Record<number, readonly [type: string, code: string | null, message: string]>
> = {
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  403: ['invalid_request_error', 'unsupported_country_region_territory', 'Access is not allowed.'],
  404: [
    'invalid_request_error',
    'model_not_found',
    'The model does not exist or you do not have access to it.',
  ],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached for requests.'],
  500: ['server_error', null, 'The server had an error while processing your request.'],
  503: ['server_error', null, 'The engine is currently overloaded, please try again later.'],
};

/** The reply for a status that a fault names without a body. */
export function toFaultReply(status: number): HttpReply {
  const [type, code, message] = KNOWN[status] ?? [
    'invalid_request_error',
    null,
    'The request failed.',
  ];
  return toErrorReply(new OpenAiError(status, type, code, null, message));
}
