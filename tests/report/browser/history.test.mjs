// The history's page in a browser. Usage: node history.test.mjs MODULES CHROMIUM PAGE
// The page is of the results that test_history.py writes: 12 commits, two backends, two levels.
import assert from 'node:assert/strict';
import path from 'node:path';
import { checkViews } from './view.mjs';

const [modules, chromiumPath, page] = process.argv.slice(2);

// One drawing of each chart is shown, and every text of it is within it.
async function checkCharts(tab, width) {
  const charts = tab.locator('svg.chart:visible');
  assert.equal(await charts.count(), 2, `${width} px: a chart a level`);
  const outside = await charts.evaluateAll((all) => all.flatMap((chart) => {
    const frame = chart.getBoundingClientRect();
    return Array.from(chart.querySelectorAll('text, path, circle'))
      .filter((shape) => {
        const box = shape.getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      })
      .map((shape) => shape.outerHTML.slice(0, 120));
  }));
  assert.deepEqual(outside, []);
}

// The curve of raw begins twice, at 1; its area ends where an interval is not known.
async function checkCurves(tab) {
  const chart = tab.locator('svg.chart:visible').last();
  assert.match(await chart.getAttribute('aria-label'), /headers: libpcap <b> 0\.\d+, raw 1\.\d+$/);
  const begins = await chart.locator('path.curve.c2[d*="M"]').first()
    .evaluate((shape) => shape.getAttribute('d').split('M').length - 1);
  assert.equal(begins, 2);
  assert.equal(await chart.locator('circle.open.c2').count(), 2);
  assert.equal(await chart.locator('path.band.c2').count(), 2);
  const rows = await tab.locator('table tbody tr').count();
  assert.equal(rows, 36);
}

await checkViews(modules, chromiumPath, page, async (tab, width) => {
  await checkCharts(tab, width);
  if (width === 1280) await checkCurves(tab);
});
console.log(`${path.basename(page)}: the history`);
