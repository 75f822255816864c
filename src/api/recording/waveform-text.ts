import type { StoredWaveform } from '../../clients/recording-store/read-waveform.ts';

/** The reply in JSON, in the pieces in which the peaks come: a day of eight channels has fourteen million. */
export async function* waveformText(
  perSecond: number,
  { seconds, pieces }: StoredWaveform,
): AsyncGenerator<string> {
  yield `{"perSecond":${perSecond},"seconds":${seconds},"channels":[`;
  let open = -1;
  for await (const { channel, peaks } of pieces) {
    if (channel === open) yield `,${peaks.join()}`;
    else yield `${open < 0 ? '' : ']},'}{"peaks":[${peaks.join()}`;
    open = channel;
  }
  yield `${open < 0 ? '' : ']}'}]}`;
}
