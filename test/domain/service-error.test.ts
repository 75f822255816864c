// Guarantees that the message of a failure can be stored, whatever a server said that it quotes.
import assert from 'node:assert/strict';

import { ServiceError } from '../../src/domain/service-error.ts';

describe('a failure', () => {
  it('tells in its message no sign that the database or Temporal refuses', () => {
    const error = new ServiceError('MODEL_BAD_REQUEST', 'It said: no\u0000 \ud83d.');
    assert.equal(error.message, 'It said: no   .');
    assert.equal(error.forGood().message, error.message);
    assert.equal(
      new ServiceError('TIMEOUT', 'It said: \ud83d\ude00.').message,
      'It said: \ud83d\ude00.',
    );
  });

  it('keeps a message without its place beside the one that names it', () => {
    const failed = new ServiceError('DATABASE_UNAVAILABLE', 'It broke (twice).');
    const located = failed.at('database calls at db.internal:5432').forGood();
    assert.equal(located.message, 'It broke (twice; database calls at db.internal:5432).');
    assert.equal(located.told, 'It broke (twice).');
  });
});
