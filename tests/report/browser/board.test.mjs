// The board's page in a browser. Usage: node board.test.mjs MODULES CHROMIUM PAGE
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, chromiumPath, page] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'package.json'));
const { chromium } = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const url = pathToFileURL(path.resolve(page)).href;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

async function open(browser, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const tab = await context.newPage();
  const faults = [];
  tab.on('request', (request) => { if (request.url() !== url) faults.push(request.url()); });
  tab.on('pageerror', (error) => faults.push(error.message));
  await tab.goto(url);
  return { context, tab, faults };
}

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

async function checkView(browser, width, colorScheme) {
  const { context, tab, faults } = await open(browser, {
    viewport: { width, height: 800 }, colorScheme });
  const scrolls = await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!scrolls, `${width} px: the page scrolls sideways`);
  await tab.evaluate(axeSource);
  const found = await tab.evaluate(() => window.axe.run(document,
    { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  assert.deepEqual(found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`), []);
  if (width === 1280) await checkSortAndFilter(tab);
  assert.deepEqual(faults, []);
  await context.close();
}

const browser = await chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
try {
  for (const width of [360, 768, 1280])
    for (const scheme of ['light', 'dark']) await checkView(browser, width, scheme);
  console.log(`${path.basename(page)}: the board`);
} finally {
  await browser.close();
}
