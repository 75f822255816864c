/** An error in the shape of ConnectWise's: `{code, message, errors}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** Makes an error. The code `ApiFindCondition` and its messages were seen from the real API. */
export function apiError(status: number, code: string, message: string): ApiError {
  return new ApiError(status, code, message);
}

/** The body that ConnectWise sends with an error. */
export function toErrorBody(error: ApiError): string {
  return JSON.stringify({ code: error.code, message: error.message, errors: null });
}
