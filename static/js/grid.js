/* The grid of products: moving by keyboard, pasting a block from a spreadsheet, sending only what changed. */
(function () {
  'use strict';
  const form = document.querySelector('[data-grid]');
  if (!form) return;
  const table = form.querySelector('.sc-grid');
  const rows = Array.from(table.tBodies[0].rows);
  const cellAt = (row, column) => rows[row] && rows[row].cells[column] && rows[row].cells[column].querySelector('input, select');
  const place = (control) => {
    const cell = control.closest('td');
    return { row: rows.indexOf(cell.parentElement), column: cell.cellIndex };
  };
  const counter = form.querySelector('[data-changed]');

  function mark(control) {
    control.closest('td').classList.toggle('changed', control.value !== control.dataset.base);
  }
  function count() {
    const n = table.querySelectorAll('td.changed').length;
    counter.textContent = n ? counter.dataset.some.replace('{n}', n) : counter.dataset.none;
  }
  /* the next cell that can be typed into, in steps of one row or one column */
  function move(control, down, right) {
    const from = place(control);
    for (let step = 1; step < 600; step += 1) {
      const row = from.row + down * step;
      const column = from.column + right * step;
      if (!rows[row] || !rows[row].cells[column]) return false;
      const next = cellAt(row, column);
      if (next) { next.focus(); if (next.select) next.select(); return true; }
    }
    return false;
  }
  function atEdge(control, right) {
    if (control.tagName === 'SELECT') return true;
    const start = control.selectionStart;
    const end = control.selectionEnd;
    if (start === 0 && end === control.value.length) return true;
    return right > 0 ? start === control.value.length : end === 0;
  }
  function put(control, text) {
    if (control.tagName === 'SELECT') {
      const wanted = text.trim().toLowerCase();
      const option = Array.from(control.options).find((one) => one.value === wanted || one.textContent.toLowerCase() === wanted);
      if (option) control.value = option.value;
    } else {
      control.value = text.trim();
    }
    mark(control);
  }

  table.addEventListener('keydown', (event) => {
    const control = event.target;
    if (!control.matches('input, select') || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const ways = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === 'Escape' && control.value !== control.dataset.base) {
      control.value = control.dataset.base;
      mark(control);
      count();
      event.preventDefault();
      return;
    }
    const way = ways[event.key];
    if (!way || (event.shiftKey && event.key !== 'Enter')) return;
    if (way[1] && !atEdge(control, way[1])) return;
    event.preventDefault();
    move(control, way[0], way[1]);
  });
  table.addEventListener('input', (event) => { mark(event.target); count(); });
  table.addEventListener('change', (event) => { mark(event.target); count(); });
  table.addEventListener('paste', (event) => {
    const text = event.clipboardData.getData('text').replace(/\r\n?/g, '\n').replace(/\n$/, '');
    if (!event.target.matches('input, select') || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    const from = place(event.target);
    let row = from.row;
    text.split('\n').forEach((line) => {
      /* rows in which this column belongs to the product above hold no cell: a pasted list goes to the next that does */
      while (rows[row] && !cellAt(row, from.column)) row += 1;
      line.split('\t').forEach((value, offset) => {
        const control = cellAt(row, from.column + offset);
        if (control) put(control, value);
      });
      row += 1;
    });
    count();
  });
  form.addEventListener('submit', () => {
    table.querySelectorAll('[data-base]').forEach((control) => {
      control.disabled = control.value === control.dataset.base && control.defaultValue === control.value;
    });
  });
  addEventListener('pageshow', () => {
    table.querySelectorAll('[data-base]').forEach((control) => { control.disabled = false; mark(control); });
    count();
  });
}());
