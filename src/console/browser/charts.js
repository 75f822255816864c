// Draws the calls per day from the table beside it; a bar leads to the calls of its day.
import uPlot from 'uplot';

const HEIGHT_PX = 220;

// Part of a day's place that its bar takes.
const BAR = 0.7;

const DAY = 86_400;
const HALF_DAY = DAY / 2;

const table = document.getElementById('chart-data');
const container = document.getElementById('chart');
if (table instanceof HTMLTableElement && container !== null) draw(table, container);

/**
 * @param {HTMLTableElement} table
 * @param {HTMLElement} container
 */
function draw(table, container) {
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  if (rows.length === 0) return;
  const names = [...(table.tHead?.rows[0]?.cells ?? [])].map(
    ({ textContent }) => textContent ?? '',
  );
  const days = rows.map((row) => Date.parse(`${textOf(row, 0)}T00:00:00Z`) / 1_000);
  // Each bar stands on those before it: the tallest is drawn first, and the others over it.
  const counts = names
    .slice(1)
    .map((_name, index) => rows.map((row) => Number(textOf(row, index + 1))));
  const heights = counts.map((_count, index) =>
    rows.map((_row, day) => sum(counts.slice(0, index + 1).map((count) => count[day] ?? 0))),
  );
  const colours = ['--good', '--soft', '--bad', '--busy'].map((name) => colourOf(name, container));
  const axis = {
    stroke: colourOf('--soft', container),
    grid: { stroke: colourOf('--line', container) },
  };
  // The middles of the first and the last day, and half a day beside them.
  const ends = /** @type {const} */ ([(days[0] ?? 0) - HALF_DAY, (days.at(-1) ?? 0) + HALF_DAY]);
  const paths = uPlot.paths.bars?.({ size: [BAR, 60] });

  container.hidden = false;
  const chart = new uPlot(
    {
      width: container.clientWidth,
      height: HEIGHT_PX,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'UTC'),
      cursor: { y: false },
      legend: { show: false },
      scales: {
        x: { range: () => [...ends] },
        y: { range: (_chart, _min, max) => [0, Math.max(1, max)] },
      },
      axes: [
        {
          ...axis,
          incrs: [1, 2, 7, 14, 28, 56].map((count) => count * DAY),
          values: (_chart, ticks) => ticks.map(dayOf),
        },
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] },
      ],
      series: [
        {},
        ...heights
          .map((_height, index) => ({
            label: names[index + 1] ?? '',
            fill: colours[index] ?? '',
            stroke: colours[index] ?? '',
            width: 0,
            points: { show: false },
            ...(paths === undefined ? {} : { paths }),
          }))
          .toReversed(),
      ],
    },
    [days, ...heights.toReversed()],
    container,
  );
  chart.over.addEventListener('click', () => {
    const link = rows[chart.cursor.idx ?? -1]?.querySelector('a');
    if (link !== null && link !== undefined) link.click();
  });
  new ResizeObserver(() =>
    chart.setSize({ width: container.clientWidth, height: HEIGHT_PX }),
  ).observe(container);
}

/**
 * A colour of the theme that is shown: the variable alone still has both.
 * @param {string} name
 * @param {HTMLElement} element
 */
function colourOf(name, element) {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}

/** @param {number} seconds */
function dayOf(seconds) {
  return new Date(seconds * 1_000).toISOString().slice(5, 10);
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((one, other) => one + other, 0);
}

/** @param {HTMLTableRowElement} row @param {number} index */
function textOf(row, index) {
  return row.cells[index]?.textContent?.trim() ?? '';
}
