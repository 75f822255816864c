/** What the reporter in a lane's process tells the runner, in the order in which it happens. */
export type TestEvent =
  /** The tests of this file begin; those of the one before it are over. */
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'passed'; readonly title: string; readonly ms: number }
  | { readonly kind: 'skipped'; readonly title: string }
  | {
      readonly kind: 'failed';
      readonly title: string;
      /** Title, error, difference and stack as Mocha prints them. */
      readonly report: string;
      /** The code of the error, as Node's have one. */
      readonly code: string | null;
    }
  /** All tests are over. A process that ends without it has died. */
  | { readonly kind: 'end' };
