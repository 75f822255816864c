import { isCallKeyPart, type CallKey } from '../../domain/call.ts';

/** The key in a text `ID,GROUP,RECORD`; `null` if it is not one. */
export function toCallKey(text: string): CallKey | null {
  const [callSid, recordgroup, recordid, ...others] = text.split(',');
  if (callSid === undefined || recordgroup === undefined || recordid === undefined) return null;
  return others.length === 0 && [callSid, recordgroup, recordid].every(isCallKeyPart)
    ? { callSid, recordgroup, recordid }
    : null;
}
