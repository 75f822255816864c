// The player: click a turn to hear it; the turn being heard is marked, and followed until the reader scrolls away.
import { bindKeys, listKeys } from './key-bindings.js';
import { drawWaveform } from './waveform.js';
import { momentOfWord } from './word.js';

const STEP_SECONDS = 5;
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

// A position is worth keeping once somebody has listened for a while.
const KEEP_AFTER_SECONDS = 3;

const audio = document.getElementById('audio');
const player = document.getElementById('player');
const controls = document.getElementById('player-controls');
const problem = document.getElementById('player-problem');
if (audio instanceof HTMLAudioElement && player !== null && controls !== null)
  start(audio, player, controls);

/**
 * @param {HTMLAudioElement} audio
 * @param {HTMLElement} player
 * @param {HTMLElement} controls
 */
function start(audio, player, controls) {
  const { call = '', nonce = '' } = player.dataset;
  const kept = `position of ${call}`;
  let isFollowing = true;
  /** Where to stop, when one turn alone is played. */
  let stopAt = Infinity;
  /** @type {Element | null} */
  let heard = null;

  /** @param {number} seconds @param {number} [until] */
  const playFrom = (seconds, until = Infinity) => {
    stopAt = until;
    isFollowing = true;
    audio.currentTime = seconds;
    void audio.play().catch(() => undefined);
  };
  /** @param {number} seconds */
  const skip = (seconds) => {
    stopAt = Infinity;
    audio.currentTime = Math.max(0, audio.currentTime + seconds);
  };
  /** @param {1 | -1} direction */
  const changeRate = (direction) => {
    const at = RATES.indexOf(audio.playbackRate) + direction;
    audio.playbackRate = RATES[Math.min(RATES.length - 1, Math.max(0, at))] ?? 1;
  };
  const toggle = () => (audio.paused ? void audio.play().catch(() => undefined) : audio.pause());

  const bindings = [
    { key: ' ', shown: 'Space', does: 'Play or pause', run: toggle },
    { key: 'ArrowLeft', shown: '←', does: '5 seconds back', run: () => skip(-STEP_SECONDS) },
    { key: 'ArrowRight', shown: '→', does: '5 seconds on', run: () => skip(STEP_SECONDS) },
    { key: ',', shown: ',', does: 'Slower', run: () => changeRate(-1) },
    { key: '.', shown: '.', does: 'Faster', run: () => changeRate(1) },
    { key: 'r', shown: 'R', does: 'Play this turn alone', run: () => playTurn(heard) },
    { key: 'f', shown: 'F', does: 'Follow what is heard again', run: () => follow(true) },
  ];

  /** @param {Element | null} turn */
  function playTurn(turn) {
    if (turn !== null) playFrom(startOf(turn), endOf(turn));
  }

  /** @param {boolean} should */
  function follow(should) {
    isFollowing = should;
    if (should) heard?.scrollIntoView({ block: 'nearest' });
  }

  const speed = document.createElement('output');
  const buttons = bindings.slice(0, 6).map(({ does, shown, run }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = does;
    button.setAttribute('aria-keyshortcuts', shown === 'Space' ? 'Space' : shown);
    button.addEventListener('click', run);
    return button;
  });
  controls.replaceChildren(...buttons, speed, listKeys(bindings));
  controls.hidden = false;
  bindKeys(bindings);

  // Links to moments: in the transcript, beside quotes and beside promises.
  document.addEventListener('click', (event) => {
    const link =
      event.target instanceof Element ? event.target.closest('[data-play], .speech') : null;
    if (link === null || document.getSelection()?.isCollapsed === false) return;
    const turn = link.matches('.speech')
      ? link
      : document.getElementById(`speech-${link.getAttribute('data-play')}`);
    if (turn === null) return;
    const at = link.getAttribute('data-at');
    playFrom(at === null ? (momentOfWord(event) ?? startOf(turn)) : Number(at));
  });

  for (const name of /** @type {const} */ (['wheel', 'touchmove'])) {
    document.addEventListener(name, () => follow(false), { passive: true });
  }

  audio.addEventListener('timeupdate', () => {
    const { currentTime } = audio;
    if (currentTime >= stopAt) {
      audio.pause();
      stopAt = Infinity;
    }
    mark(turnAt(currentTime));
    if (currentTime > KEEP_AFTER_SECONDS) localStorage.setItem(kept, String(currentTime));
  });
  audio.addEventListener('ended', () => localStorage.removeItem(kept));
  audio.addEventListener('ratechange', () => {
    speed.textContent = audio.playbackRate === 1 ? '' : `${audio.playbackRate}× speed`;
  });
  audio.addEventListener('error', () => void explain());
  // Before the first play nothing is loaded, and a position is only remembered by the browser.
  const position = Number(localStorage.getItem(kept));
  if (position > 0) audio.currentTime = position;

  /** @param {Element | null} turn */
  function mark(turn) {
    if (turn === heard) return;
    heard?.removeAttribute('aria-current');
    turn?.setAttribute('aria-current', 'true');
    heard = turn;
    if (isFollowing && !audio.paused) turn?.scrollIntoView({ block: 'nearest' });
  }

  async function explain() {
    if (problem === null) return;
    const response = await fetch(audio.src, { headers: { range: 'bytes=0-0' } }).catch(() => null);
    const { detail, remedy } = response?.ok === false ? await response.json() : {};
    problem.textContent =
      detail === undefined ? 'The recording cannot be played here.' : `${detail} ${remedy}`;
  }

  const container = document.getElementById('waveform');
  const last = [...document.querySelectorAll('.speech')].at(-1);
  const seconds = last === undefined ? 1 : Math.max(1, endOf(last));
  if (container !== null) {
    void drawWaveform(container, { audio, call, nonce, seconds, playFrom }).catch(() => undefined);
  }
}

/**
 * The turn at a moment: of several that overlap, the one that began last.
 * @param {number} seconds
 */
function turnAt(seconds) {
  return (
    [...document.querySelectorAll('.speech')].findLast(
      (turn) => startOf(turn) <= seconds && seconds < endOf(turn),
    ) ?? null
  );
}

/** @param {Element} turn */
function startOf(turn) {
  return Number(turn.getAttribute('data-start'));
}

/** @param {Element} turn */
function endOf(turn) {
  return Number(turn.getAttribute('data-end'));
}
