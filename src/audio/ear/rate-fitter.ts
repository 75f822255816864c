/**
 * Brings samples, in whatever pieces they come, to one rate. Those that have it stay as they are, which
 * is the rule: a recording keeps the rate that its header states. Where its frames have another one, or
 * change it, a straight line between two samples keeps the time right.
 */
export function createRateFitter(sampleRateHertz: number) {
  let last = 0;
  // Where the next sample lies, counted in those that come, from the first of the next piece.
  let next = 0;
  return (samples: Float32Array, rate: number): Float32Array => {
    const before = last;
    last = samples.at(-1) ?? last;
    if (rate === sampleRateHertz) {
      next = 0;
      return samples;
    }
    const step = rate / sampleRateHertz;
    const fitted = new Float32Array(Math.max(0, Math.ceil((samples.length - next) / step)));
    for (const index of fitted.keys()) {
      const at = next + index * step;
      const whole = Math.floor(at);
      const from = whole === 0 ? before : (samples[whole - 1] ?? 0);
      fitted[index] = from + ((samples[whole] ?? 0) - from) * (at - whole);
    }
    next += fitted.length * step - samples.length;
    return fitted;
  };
}
