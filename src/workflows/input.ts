import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

import { toActor } from '../domain/actor.ts';
import { isCallKeyPart } from '../domain/call.ts';
import type { CallProcessingInput } from '../domain/call-run.ts';
import { isRedoStep, REDO_STEPS } from '../domain/names.ts';
import { toReason } from '../domain/reprocess-request.ts';

/**
 * Checks the argument of a run, which may have been typed on a command line. Fails the run with
 * INVALID_INPUT and a sentence that says what is wrong.
 */
export function checkInput(input: unknown): CallProcessingInput {
  const given: Readonly<Partial<Record<keyof CallProcessingInput, unknown>>> = Object(input);
  const { callSid, recordgroup, recordid, redoFrom, alsoRedo = [], reason } = given;
  if (!isKeyPart(callSid) || !isKeyPart(recordgroup) || !isKeyPart(recordid)) {
    throw invalidInput(
      'The argument must be {"callSid", "recordgroup", "recordid"}, each a text of letters, digits, dots, dashes and underscores.',
    );
  }
  if (callSid !== workflowInfo().workflowId) {
    throw invalidInput('The callSid of the argument differs from the workflow id.');
  }
  const by = toActor(given.actor);
  const key = { callSid, recordgroup, recordid, ...(by === null ? {} : { actor: by }) };
  if (redoFrom === undefined) return key;
  if (!isRedoStep(redoFrom)) {
    throw invalidInput(`redoFrom must be one of ${REDO_STEPS.join(', ')}.`);
  }
  if (!Array.isArray(alsoRedo) || !alsoRedo.every(isRedoStep)) {
    throw invalidInput(`alsoRedo must be a list of ${REDO_STEPS.join(', ')}.`);
  }
  const note = toReason(reason);
  return { ...key, redoFrom, alsoRedo, ...(note === null ? {} : { reason: note }) };
}

function isKeyPart(value: unknown): value is string {
  return typeof value === 'string' && isCallKeyPart(value);
}

function invalidInput(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `${message} Start the run again with a correct argument.`,
    'INVALID_INPUT',
  );
}
