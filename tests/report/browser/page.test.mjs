// The report's page in a browser. Usage: node page.test.mjs MODULES CHROMIUM PAGE RESULTS.json...
// Every figure of the page is compared with the results.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, chromiumPath, page, ...resultPaths] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'package.json'));
const { chromium } = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const results = resultPaths.map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
const url = pathToFileURL(path.resolve(page)).href;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// Three significant digits, thousands in groups. Implemented here again, to check the page's number
// format.
function shown(value) {
  const size = Math.abs(value);
  if (size >= 99.95) {
    const unit = 10 ** (Math.floor(Math.log10(size)) - 2);
    const rounded = unit > 1 ? Math.round(value / unit) * unit : value;
    return Math.round(rounded).toLocaleString('en-US');
  }
  if (size < 1e-9) return '0';
  return value.toFixed(2 - Math.floor(Math.log10(size * 1.0005)));
}

function at(json, pointer) {
  const found = pointer.split('/').slice(1).reduce((value, key) => value?.[key], json);
  assert.notEqual(found, undefined, `the results have no ${pointer}`);
  return found;
}

// The last digit may differ by one, because of rounding.
function assertShown(text, value, where) {
  if (text === shown(value)) return;
  const number = Number(text.replaceAll(',', ''));
  assert.ok(Math.abs(number - value) <= Math.abs(value) * 0.0051,
    `${where}: the page says ${text}, the results ${value}`);
}

async function open(browser, options = {}) {
  const context = await browser.newContext({ offline: true, ...options });
  const tab = await context.newPage();
  const faults = [];
  tab.on('request', (request) => {
    const asked = request.url();
    if (asked !== url && !asked.startsWith('data:')) faults.push(`request: ${asked}`);
  });
  tab.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  tab.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  await tab.goto(url);
  return { context, tab, faults };
}

async function checkFigures(tab) {
  const figures = await tab.$$eval('[data-json], [data-exact]', (cells) => cells.map((cell) => ({
    part: Number(cell.closest('article').dataset.part),
    text: cell.textContent,
    json: cell.dataset.json, exact: cell.dataset.exact, over: cell.dataset.over,
    factor: Number(cell.dataset.factor ?? 1), per: cell.dataset.per,
  })));
  assert.ok(figures.length > 50, `only ${figures.length} figures`);
  for (const figure of figures) {
    const json = results[figure.part];
    const where = figure.json ?? figure.exact;
    const value = at(json, where);
    if (figure.exact) {
      assert.equal(figure.text, String(value), where);
      continue;
    }
    if (figure.per) {
      assertShown(figure.text, Number(figure.per) / value, where);
      continue;
    }
    const slice = json.slices.map((one) => one.packets * 1e-9); // of the first packets, scaled
    assert.ok([1, 1e3, 1e-3, 1e-6, 1e-9].includes(figure.factor) ||
      slice.some((packets) => Math.abs(packets / figure.factor - 1) < 1e-5),
      `${where}: factor ${figure.factor}`);
    const scale = figure.factor / (figure.over ? at(json, figure.over) : 1);
    if (Array.isArray(value)) {
      const ends = figure.text.match(/^\[(.*), (.*)\]$/);
      assert.ok(ends, `${where}: ${figure.text} is no interval`);
      value.forEach((end, i) => assertShown(ends[i + 1], end * scale, where));
    } else {
      assertShown(figure.text, value * scale, where);
    }
  }
  return figures.length;
}

// Table cells that look like numbers, but have no reference to the results: only these are allowed.
async function checkUntraced(tab) {
  const loose = await tab.$$eval('table.sorts tbody td', (cells) => cells
    .filter((cell) => /\d/.test(cell.textContent) && /^[\d.,\s[\]]+$/.test(cell.textContent) &&
      !cell.dataset.json && !cell.dataset.exact)
    .map((cell) => {
      const head = cell.closest('table').tHead.rows[0].cells[cell.cellIndex].textContent;
      return { head, text: cell.textContent, row: cell.parentNode.textContent.slice(0, 60) };
    }));
  for (const cell of loose) {
    assert.ok(['columns', 'value', 'version'].includes(cell.head),
      `${cell.head} ${cell.text} does not say where it stands: ${cell.row}`);
  }
}

function isColumn(name) {
  return !['verdict', 'present'].includes(name) && !name.endsWith('_lo');
}

async function checkRows(tab) {
  for (const [index, json] of results.entries()) {
    const part = tab.locator(`article[data-part="${index}"]`);
    for (const slice of json.slices) {
      const runs = json.runs.filter((run) => run.slice === slice.name && run.status !== 'not-offered');
      const table = part.locator('table', { hasText: `Runs over ${slice.name}.` });
      assert.equal(await table.locator('tbody tr').count(), runs.length, slice.name);
      const rows = await table.locator('tbody tr').evaluateAll((list) => list.map((row) =>
        [row.cells[0].textContent, row.cells[1].textContent, Number(row.cells[15].textContent)]));
      rows.forEach(([name, level, columns], i) => {
        assert.equal(name.replace(' (ours)', ''), runs[i].backend);
        const isAlone = runs[i].sink === 'parse-alone';
        assert.equal(level, `${runs[i].level}${isAlone ? ', parse alone' : ''}`);
        const backend = json.backends.find((one) => one.name === runs[i].backend);
        const columnsOf = isAlone ? [] : backend.levels[level]?.columns ?? [];
        const given = columnsOf.filter(isColumn).length;
        assert.equal(columns, given, `columns of ${name} ${level}`);
      });
    }
    const gives = part.locator('table', { hasText: 'tested: by the tests of this project' });
    const levels = json.backends.flatMap((one) => Object.keys(one.levels));
    assert.equal(await gives.locator('tbody tr').count(), levels.length);
    const backends = part.locator('table', { hasText: 'its other features' });
    const shownBackends = await backends.locator('tbody tr').evaluateAll((list) => list.map((row) =>
      [...row.cells].map((cell) => cell.textContent)));
    assert.equal(shownBackends.length, json.backends.length);
    shownBackends.forEach(([name, , , ...built], i) => {
      const one = json.backends[i];
      const ours = name.endsWith(' (ours)');
      const wanted = [one.language ?? (ours ? 'C' : null), one.license, one.version,
        one.flags ?? (ours ? json.context.tool.flags : null)];
      assert.deepEqual(built, wanted.map((text) => text ?? '–'), name);
    });
    const counts = {
      'Whole processes': json.process_runs.length,
      'As published: dpkt only reads': json.study.filter((row) => row.reading === 'as-published').length,
      'Like for like: all three decode': json.study.filter((row) => row.reading === 'like-for-like').length,
      'The same packets in other files': (json.input_runs ?? []).length,
      'Rows of features': (json.feature_runs ?? []).length,
      'Rows into data frames': (json.data_frame_runs ?? []).length,
      'Live: rates without packet loss': (json.live?.runs ?? []).length,
    };
    for (const [caption, count] of Object.entries(counts)) {
      const table = part.locator('table', { has: tab.locator('caption', { hasText: caption }) });
      assert.equal(await table.locator('tbody tr').count(), count, caption);
    }
  }
}

async function checkSorting(tab) {
  const table = tab.locator('table', { hasText: 'Runs over ' }).first();
  const button = table.locator('thead button', { hasText: 'ns/packet' }).first();
  const numbers = () => table.locator('tbody tr').evaluateAll((rows) => rows
    .map((row) => row.cells[2].dataset.sort).filter((text) => text !== undefined).map(Number));
  const before = await numbers();
  await button.click();
  assert.deepEqual(await numbers(), [...before].sort((a, b) => a - b));
  assert.equal(await button.locator('xpath=..').getAttribute('aria-sort'), 'ascending');
  await button.focus();
  await tab.keyboard.press('Enter');
  assert.deepEqual(await numbers(), [...before].sort((a, b) => b - a));
}

async function checkFilter(tab) {
  const table = tab.locator('table', { hasText: 'Runs over ' }).first();
  const total = await table.locator('tbody tr').count();
  const input = table.locator('xpath=../preceding-sibling::label[1]//input');
  if (await input.count() === 0) return; // too short a table for one
  const wanted = await table.locator('tbody tr', { hasText: 'frames' }).count();
  await input.fill('frames');
  assert.equal(await table.locator('tbody tr:visible').count(), wanted);
  assert.ok(wanted > 0 && wanted < total);
  await input.fill('');
  assert.equal(await table.locator('tbody tr:visible').count(), total);
}

// All controls can be reached by the Tab key.
async function checkKeyboard(tab) {
  const wanted = await tab.locator('a[href], button, input, summary, [tabindex="0"]').count();
  await tab.evaluate(() => {
    document.activeElement.blur();
    window.reached = new Set();
    document.addEventListener('focusin', (event) => window.reached.add(event.target));
  });
  for (let i = 0; i < wanted + 5; i++) await tab.keyboard.press('Tab');
  const missed = await tab.evaluate(() => [...document.querySelectorAll(
    'a[href], button, input, summary, [tabindex="0"]')]
    .filter((element) => !window.reached.has(element)).map((element) => element.outerHTML.slice(0, 80)));
  assert.deepEqual(missed, []);
}

// Rows of long tables have the same markup: in a page of several results the first ones stand for the
// others, which are taken out. The page of tests/report/mixed.json, which has every status, is
// looked at whole.
async function checkAxe(tab, scheme, rules) {
  await tab.emulateMedia({ colorScheme: scheme });
  await tab.evaluate(axeSource);
  if (results.length > 1) await tab.evaluate(() => document.querySelectorAll(
    'tbody tr:nth-child(n+8)').forEach((row) => row.remove()));
  const found = await tab.evaluate((runOnly) => window.axe.run(document, { runOnly }), rules);
  assert.ok(found.passes.some((rule) => rule.id === 'color-contrast'), 'contrast was not looked at');
  assert.deepEqual(found.violations.map((rule) =>
    `${scheme} ${rule.id}: ${rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 100) +
      ' ' + node.failureSummary.slice(0, 160)).join(' | ')}`), []);
}

async function checkDifferences(tab) {
  const cells = tab.locator('.matrix details');
  const wanted = results.some((json) => json.runs.some((run) =>
    run.agreement?.cells_different > 0 && run.agreement.first_difference));
  assert.equal(await cells.count() > 0, wanted, 'first differences in the matrix');
  if (!wanted) return;
  await cells.first().locator('summary').click();
  assert.match(await cells.first().innerText(), /first in packet \d+/);
  assert.match(await cells.first().locator('xpath=..').getAttribute('title'), /first in packet \d+/);
}

async function checkDownload(tab) {
  const links = await tab.$$eval('a.json', (list) => list.map((link) => link.href));
  assert.equal(links.length, results.length);
  links.forEach((href, i) => {
    const bytes = Buffer.from(href.replace(/^data:application\/json;base64,/, ''), 'base64');
    assert.ok(bytes.equals(fs.readFileSync(resultPaths[i])), 'the results that the page carries');
  });
}

// Rates, the samples and the marks of the runs' tables follow from the results.
async function checkRuns(tab) {
  for (const [index, json] of results.entries()) {
    const part = tab.locator(`article[data-part="${index}"]`);
    for (const slice of json.slices) {
      const runs = json.runs.filter((run) => run.slice === slice.name && run.status !== 'not-offered');
      const table = part.locator('table', { hasText: `Runs over ${slice.name}.` });
      const rows = await table.locator('tbody tr').evaluateAll((list) => list.map((row) => ({
        cells: [...row.cells].map((cell) => cell.innerText),
        samples: row.querySelector('svg.samples')?.getAttribute('aria-label') })));
      for (const [i, run] of runs.entries()) {
        if (!run.wall_ns) continue;
        const { cells, samples } = rows[i];
        const bits = 8 * (Math.max(slice.mean_frame, 60) + 24);
        const packets = run.prefix_packets ?? slice.packets;
        if (run.first_run_ns) assertShown(cells[5], run.first_run_ns / packets, 'first run');
        else assert.equal(cells[5], '', `first run of ${cells[0]}`);
        assertShown(cells[8], 1e3 / run.ns_per_packet, 'million packets/s');
        assertShown(cells[9], bits / run.ns_per_packet, 'Gbit/s');
        assert.equal(cells[14].endsWith('*'), run.prefix_packets !== null, `memory of ${cells[0]}`);
        assert.ok(samples.startsWith(`${run.samples.length} samples, 90 % of them from `), samples);
      }
    }
  }
}

// Every link of the contents leads somewhere, and every section is in the contents.
async function checkContents(tab) {
  const missing = await tab.$$eval('nav a', (links) => links
    .filter((link) => !document.getElementById(link.hash.slice(1))).map((link) => link.hash));
  assert.deepEqual(missing, []);
  const unlisted = await tab.$$eval('h2[id], h3[id], h4[id]', (heads) => heads
    .filter((head) => head.tagName !== 'H2' &&
      !document.querySelector(`nav a[href="#${head.id}"]`)).map((head) => head.id));
  assert.deepEqual(unlisted, []);
  assert.equal(await tab.$$eval('h3:not([id])', (heads) => heads.length), 0);
}

// Nothing is cut: the page is not wider than the screen, text lies inside it and inside its picture,
// and only frames that say so scroll.
async function checkFit(browser, width, scheme) {
  const { context, tab, faults } = await open(browser,
    { viewport: { width, height: 800 }, colorScheme: scheme });
  const where = `${width} px, ${scheme}`;
  const found = await tab.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const cut = [];
    for (const element of document.querySelectorAll('body *')) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || element.closest('.scroll') || element.closest('svg')) continue;
      if (box.right > wide + 1 || box.left < -1) cut.push(element.outerHTML.slice(0, 80));
    }
    let texts = 0;
    for (const text of document.querySelectorAll('svg.chart text')) {
      const box = text.getBoundingClientRect();
      const outer = text.closest('svg').getBoundingClientRect();
      if (outer.width === 0) continue; // the drawing for the other kind of screen
      texts++;
      if (box.right > outer.right + 1 || box.left < outer.left - 1 || box.top < outer.top - 1 ||
        box.bottom > outer.bottom + 1) cut.push(text.outerHTML);
      if (box.height < 8) cut.push(`too small: ${text.outerHTML}`);
    }
    const frames = [...document.querySelectorAll('.scroll')];
    const silent = frames.filter((frame) => frame.scrollWidth > frame.clientWidth + 1 &&
      frame.previousElementSibling.hidden).length;
    const idle = frames.filter((frame) => frame.scrollWidth <= frame.clientWidth + 1 &&
      !frame.previousElementSibling.hidden).length;
    const scrolls = document.documentElement.scrollWidth > wide;
    return { cut, texts, silent, idle, scrolls, frames: frames.length };
  });
  assert.deepEqual(found.cut, [], where);
  assert.ok(found.texts > 20, `${where}: only ${found.texts} texts in pictures`);
  assert.ok(found.frames > 3, `${where}: only ${found.frames} frames`);
  assert.deepEqual([found.silent, found.idle, found.scrolls], [0, 0, false], where);
  assert.deepEqual(faults, []);
  await context.close();
}

// Printed pages (A4, landscape, without margins) cannot be scrolled.
async function checkPrint(browser) {
  const { context, tab } = await open(browser, { viewport: { width: 1046, height: 700 } });
  await tab.emulateMedia({ media: 'print' });
  const width = await tab.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 1046, `${width} px wide on paper of 1046`);
  await context.close();
}

async function checkPlain(browser) {
  const { context, tab } = await open(browser, { javaScriptEnabled: false });
  assert.equal(await tab.locator('button, input').count(), 0, 'controls that do nothing');
  assert.ok(await tab.locator('.sentence').first().isVisible());
  await checkRows(tab);
  await context.close();
}

const browser = await chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
try {
  assert.ok(fs.statSync(page).size < 5e6, 'the page is larger than 5 MB');
  const { context, tab, faults } = await open(browser);
  const figures = await checkFigures(tab);
  await checkUntraced(tab);
  await checkRows(tab);
  await checkRuns(tab);
  await checkContents(tab);
  await checkDownload(tab);
  await checkSorting(tab);
  await checkFilter(tab);
  await checkDifferences(tab);
  await checkKeyboard(tab);
  assert.deepEqual(faults, []);
  await checkAxe(tab, 'light', ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']);
  await checkAxe(tab, 'dark', ['color-contrast']); // nothing else depends on the colours
  await context.close();
  for (const width of [360, 768, 1280])
    for (const scheme of ['light', 'dark']) await checkFit(browser, width, scheme);
  await checkPrint(browser);
  await checkPlain(browser);
  console.log(`${path.basename(page)}: ${figures} figures found in the results`);
} finally {
  await browser.close();
}
