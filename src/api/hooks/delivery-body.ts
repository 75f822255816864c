import { z } from 'zod';

import type { CallKey } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { refuseControlCharacters } from '../access/texts.ts';
import { decode, UnsupportedBody } from '../bodies.ts';
import { callSid, recordKey, submitBody } from '../schemas.ts';

/**
 * `A/B/yyyy/mm/dd/record_<digits>_<recordid>`, where the phone system keeps the recording. In the field, B
 * and not A was the group by which it gives the recording out. A file's ending does not belong to the id.
 */
const PATH =
  /^\/?[^/]+\/(?<recordgroup>[^/]+)\/\d{4}\/\d{2}\/\d{2}\/record_\d+_(?<recordid>[^/]+?)(?:\.[a-z][a-z0-9]{1,3})?$/;

const PATH_FORM = 'must have the form A/B/yyyy/mm/dd/record_<digits>_<recordid>';

/** What the phone system itself sends. It sends more than this, which is none of our business. */
const phoneSystemFields = z.object({
  uniqueid: callSid,
  recordgroup: recordKey.optional(),
  recordid: recordKey.optional(),
  path: z.string(PATH_FORM).regex(PATH, PATH_FORM).optional(),
});

/** What a delivery may be, for the document: `readDelivery` decides. */
export const deliveryBody = z.union([submitBody, phoneSystemFields]);

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
export const DELIVERY_TYPES = [JSON_TYPE, FORM_TYPE];

/**
 * Reads which recording a delivery is about, from our JSON or from the phone system's own fields as a form
 * or JSON. Throws INVALID_INPUT, and UnsupportedBody when it is neither.
 */
export function readDelivery(contentType: string | undefined, body: Buffer): CallKey {
  const fields = parse(contentType, body);
  refuseControlCharacters('body', fields);
  if (typeof fields === 'object' && fields !== null && 'callRecordingId' in fields) {
    const { callRecordingId, ...key } = checked(submitBody, fields);
    return { callSid: callRecordingId, ...key };
  }
  const { uniqueid, path = '', ...named } = checked(phoneSystemFields, withoutEmpty(fields));
  return checked(CALL_KEY, {
    callSid: uniqueid,
    ...PATH.exec(path)?.groups,
    ...named,
  });
}

const CALL_KEY = z.object({ callSid, recordgroup: recordKey, recordid: recordKey });

function parse(contentType: string | undefined, body: Buffer): unknown {
  const [type = ''] = (contentType ?? '').toLowerCase().split(';');
  const text = decode(body);
  if (text === null) throw new ServiceError('INVALID_INPUT', 'The body must be written in UTF-8.');
  switch (type.trim()) {
    case JSON_TYPE:
      return parseJson(text);
    case FORM_TYPE:
      return parseForm(text);
    default:
      throw new UnsupportedBody(
        `The body must be JSON or a form, with content-type: ${DELIVERY_TYPES.join(' or ')}.`,
      );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError('INVALID_INPUT', 'The body is not JSON.');
  }
}

/** What a phone system does not know it sends empty. */
function withoutEmpty(fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields;
  const entries = Object.entries(fields).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(entries);
}

function parseForm(text: string): Readonly<Record<string, string>> {
  const fields = [...new URLSearchParams(text)];
  const names = new Set(fields.map(([name]) => name));
  if (names.size < fields.length) {
    throw new ServiceError('INVALID_INPUT', 'The form has a field twice.');
  }
  return Object.fromEntries(fields);
}

function checked<T extends z.ZodType>(schema: T, fields: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(fields);
  if (success) return data;
  const faults = error.issues.map(
    ({ path, message }) => `${['body', ...path].join('.')} ${message}`,
  );
  throw new ServiceError('INVALID_INPUT', `${faults.join('; ')}.`);
}
