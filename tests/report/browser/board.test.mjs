// The board's page in a browser. Usage: node board.test.mjs MODULES CHROMIUM PAGE
import assert from 'node:assert/strict';
import path from 'node:path';
import { checkViews } from './view.mjs';

const [modules, chromiumPath, page] = process.argv.slice(2);

async function checkSortAndFilter(tab) {
  const table = tab.locator('table', { hasText: 'Level headers' }).first();
  const ratios = () => table.locator('tbody tr').evaluateAll((rows) => rows
    .map((row) => row.cells[2].dataset.sort).filter((text) => text !== undefined).map(Number));
  const before = await ratios();
  assert.ok(before.length > 4);
  await table.locator('thead button', { hasText: 'x raw' }).click();
  await table.locator('thead button', { hasText: 'x raw' }).click();
  assert.deepEqual(await ratios(), [...before].sort((a, b) => b - a));
  const input = table.locator('xpath=../preceding-sibling::label[1]//input');
  await input.fill('GPL-2.0');
  const shown = await table.locator('tbody tr:visible').count();
  assert.ok(shown > 0 && shown < before.length, `${shown} of ${before.length}`);
  await input.fill('');
}

await checkViews(modules, chromiumPath, page, async (tab, width) => {
  if (width === 1280) await checkSortAndFilter(tab);
});
console.log(`${path.basename(page)}: the board`);
