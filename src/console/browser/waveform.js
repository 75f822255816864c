// Draws how loud a recording is, one line per channel, from what the gateway measured: nothing is decoded here,
// so that the line and the sound cannot drift apart, however long the recording.
import WaveSurfer from 'wavesurfer.js';

// Enough for a wide screen; of a recording of three hours, some 20 kB.
const PEAKS_AT_MOST = 2_000;

const HEIGHT_PX = 48;

/**
 * @param {HTMLElement} container
 * @param {{ readonly audio: HTMLAudioElement, readonly call: string, readonly nonce: string, readonly seconds: number }} options
 * @returns {Promise<boolean>} Whether there is anything to draw.
 */
export async function drawWaveform(container, { audio, call, nonce, seconds }) {
  const perSecond = Math.max(0.1, Math.min(10, PEAKS_AT_MOST / Math.max(1, seconds)));
  const response = await fetch(`${call}/waveform?perSecond=${perSecond.toFixed(2)}`);
  if (!response.ok) return false;
  /** @type {{ seconds: number, channels: { peaks: number[] }[] }} */
  const { seconds: duration, channels } = await response.json();
  if (channels.length === 0) return false;
  container.hidden = false;
  const { color, accentColor } = coloursOf(container);
  WaveSurfer.create({
    container,
    media: audio,
    cspNonce: nonce,
    peaks: channels.map(({ peaks }) => peaks),
    duration,
    height: HEIGHT_PX,
    waveColor: color,
    progressColor: accentColor,
    cursorColor: accentColor,
    splitChannels: channels.map(() => ({})),
    normalize: true,
    dragToSeek: true,
  });
  return true;
}

/** @param {HTMLElement} element */
function coloursOf(element) {
  const style = getComputedStyle(element);
  return { color: style.color, accentColor: style.outlineColor };
}
