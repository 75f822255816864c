import type { Observation } from '../observation.ts';
import { violationsOf, type Violation } from './violation.ts';

/** I6: an archived call has exactly one recording object, and it is the recording. */
export function checkStoredRecordings(observation: Observation): readonly Violation[] {
  const { rows, recordings, sandbox } = observation;
  const violations = violationsOf('I6');
  for (const { callSid, recordingUrl, sha256 } of rows.calls) {
    const objects = sandbox.objects.filter(({ name }) =>
      new RegExp(`^call-recordings/${callSid.replaceAll('.', '\\.')}\\.[a-z0-9]+$`).test(name),
    );
    if (objects.length > 1 || (objects.length === 0 && recordingUrl !== null)) {
      violations.add(callSid, `has ${objects.length} recording objects`);
    }
    const source = recordings.find((recording) => recording.callSid === callSid);
    for (const object of objects) {
      if (source !== undefined && object.sha256 !== source.sha256) {
        violations.add(callSid, `the object ${object.name} differs from its source`);
      }
      if (recordingUrl !== null && !recordingUrl.endsWith(`/${object.name}`)) {
        violations.add(callSid, `the row names ${recordingUrl}, the object is ${object.name}`);
      }
    }
    if (source !== undefined && sha256 !== null && sha256 !== source.sha256) {
      violations.add(callSid, 'the row has another hash than its source');
    }
  }
  return violations.list;
}
