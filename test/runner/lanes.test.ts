// Every test file runs exactly once in `npm test`, and what is called quick is part of it.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';

import { allTracks, BY_COMMAND, fullTracks, ONLY_FULL, quickTracks } from './lanes.ts';

const filesOf = (tracks: ReturnType<typeof allTracks>) =>
  tracks.flat().flatMap(({ files }) => files);

describe('the lanes', () => {
  it('run every test file once, but those that have a command of their own', () => {
    const full = filesOf(fullTracks()).filter((file) => globSync(ONLY_FULL).includes(file));
    const files = [...filesOf(allTracks()), ...full, ...BY_COMMAND];
    assert.deepEqual(files.toSorted(), globSync('test/**/*.test.ts').toSorted());
  });

  it('run each quick file under the same prohibition in npm test', () => {
    const restricted = allTracks()
      .flat()
      .filter(({ mayStartProcesses }) => !mayStartProcesses);
    assert.deepEqual(filesOf([restricted]).toSorted(), filesOf(quickTracks()).toSorted());
    assert.ok(
      quickTracks()
        .flat()
        .every(({ mayStartProcesses }) => !mayStartProcesses),
    );
  });

  it('have files each, so that no list names a folder that has moved', () => {
    for (const { name, files } of [allTracks(), quickTracks(), fullTracks()].flat(2)) {
      assert.ok(files.length > 0, name);
    }
  });
});
