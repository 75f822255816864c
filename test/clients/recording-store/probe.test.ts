// The probe of the bucket tells a bucket that is there from one that is missing, refused or silent.
import assert from 'node:assert/strict';

import { createBucketProbe } from '../../../src/clients/recording-store/probe.ts';
import { createStoreFixture, type StoreFixture } from './support.ts';

describe('the probe of the bucket', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await createStoreFixture();
  });
  after(() => fixture.sandbox.stop());

  it('finds the bucket, and says which setting is wrong when it does not', async () => {
    const { config } = fixture;
    assert.deepEqual(await createBucketProbe(config)(), { state: 'ok', reason: null });
    const missing = await createBucketProbe({ ...config, bucket: 'nowhere' })();
    assert.equal(missing.state, 'failing');
    assert.match(missing.reason ?? '', /RECORDINGS_BUCKET/);
    assert.doesNotMatch(missing.reason ?? '', /gs:/);
    assert.match(missing.logged ?? '', /gs:\/\/nowhere\//);
    const away = await createBucketProbe({ ...config, apiEndpoint: 'http://127.0.0.1:1' })();
    assert.equal(away.state, 'failing');
  });
});
