// Draws how loud a recording is, one line per channel, from what the gateway measured: nothing is decoded here,
// so that the line and the sound cannot drift apart, however long the recording.
import WaveSurfer from 'wavesurfer.js';

// As many peaks as a wide screen has pixels, as far as the gateway gives them: 1 to 20 a second.
const PEAKS = 2_000;
const PER_SECOND_MAX = 20;

const HEIGHT_PX = 48;

/**
 * @param {HTMLElement} container
 * @param {{ readonly audio: HTMLAudioElement, readonly call: string, readonly nonce: string, readonly seconds: number, readonly playFrom: (seconds: number) => void }} options
 * @returns {Promise<boolean>} Whether there is anything to draw.
 */
export async function drawWaveform(container, { audio, call, nonce, seconds, playFrom }) {
  const perSecond = Math.max(1, Math.min(PER_SECOND_MAX, Math.round(PEAKS / seconds)));
  const response = await fetch(`${call}/waveform?perSecond=${perSecond}`);
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
    // It would keep a moment to itself until the recording is loaded, and then go there whatever was chosen since.
    interact: false,
  });
  container.addEventListener('click', ({ clientX }) => {
    const { left, width } = container.getBoundingClientRect();
    playFrom(((clientX - left) / width) * duration);
  });
  return true;
}

/** @param {HTMLElement} element */
function coloursOf(element) {
  const style = getComputedStyle(element);
  return { color: style.color, accentColor: style.outlineColor };
}
