// Sorts and filters the tables. Without it the page reads the same.
'use strict';

// What a cell is sorted by: its number at full precision, or its words.
function keyOf(row, column) {
  const cell = row.cells[column];
  const number = cell.dataset.sort;
  return number === undefined ? cell.textContent.trim() : Number(number);
}

function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1; // what has no number goes below
  if (typeof b === 'number') return 1;
  return a.localeCompare(b, 'en', { numeric: true });
}

function sortBy(table, header, column) {
  const descending = header.getAttribute('aria-sort') === 'ascending';
  const body = table.tBodies[0];
  const rows = Array.from(body.rows).map((row) => [keyOf(row, column), row]);
  rows.sort((a, b) => {
    const way = compare(a[0], b[0]);
    const mixed = typeof a[0] !== typeof b[0];
    return descending && !mixed ? -way : way;
  });
  for (const other of header.parentNode.cells) other.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  body.append(...rows.map((pair) => pair[1]));
}

function addSorting(table) {
  Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = header.textContent;
    button.addEventListener('click', () => sortBy(table, header, column));
    header.replaceChildren(button);
  });
}

// Every word must be in the row.
function filterRows(table, text, said) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const content = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => content.includes(word));
    if (!row.hidden) shown++;
  }
  said.textContent = words.length ? shown + ' of ' + table.tBodies[0].rows.length : '';
}

function addFilter(table) {
  const label = document.createElement('label');
  const input = document.createElement('input');
  const said = document.createElement('output');
  label.className = 'filter';
  input.type = 'search';
  label.append('Show rows with', input, said);
  input.addEventListener('input', () => filterRows(table, input.value, said));
  table.parentNode.before(label);
}

// Says so where a table is wider than the screen.
function addHint(frame) {
  const hint = document.createElement('p');
  hint.className = 'hint';
  hint.textContent = 'This table is wider than the screen: scroll it sideways';
  const update = () => { hint.hidden = frame.scrollWidth <= frame.clientWidth + 1; };
  frame.before(hint);
  new ResizeObserver(update).observe(frame);
  update();
}

for (const table of document.querySelectorAll('table.sorts')) {
  addSorting(table);
  if (table.tBodies[0].rows.length > 4) addFilter(table);
}
for (const frame of document.querySelectorAll('.scroll')) addHint(frame);
