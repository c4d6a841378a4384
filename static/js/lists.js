/* Index pages: ticking rows, the bulk bar, moving with j and k. */
(function () {
  'use strict';
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  function sync(scope) {
    const boxes = all('[data-row]', scope);
    const ticked = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest('tr, li').classList.toggle('sel', box.checked));
    const head = scope.querySelector('[data-all]');
    if (head) {
      head.checked = boxes.length > 0 && ticked.length === boxes.length;
      head.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
    const bar = scope.querySelector('.sc-bulk');
    if (!bar) return;
    const whole = bar.querySelector('input[name=all]');
    bar.classList.toggle('on', ticked.length > 0);
    const count = bar.querySelector('[data-selected]');
    count.textContent = (whole && whole.value ? count.dataset.all : count.dataset.some.replace('{n}', ticked.length));
    const offer = bar.querySelector('[data-all-matching]');
    if (offer) offer.hidden = !(ticked.length === boxes.length && offer.dataset.more === '1') || Boolean(whole && whole.value);
  }
  function choose(scope, value) {
    const whole = scope.querySelector('.sc-bulk input[name=all]');
    if (whole) whole.value = value;
  }
  document.addEventListener('change', (event) => {
    const scope = event.target.closest('[data-bulk]');
    if (!scope || !event.target.matches('[data-all], [data-row]')) return;
    if (event.target.matches('[data-all]')) all('[data-row]', scope).forEach((box) => { box.checked = event.target.checked; });
    choose(scope, '');
    sync(scope);
  });
  document.addEventListener('click', (event) => {
    const scope = event.target.closest('[data-bulk]');
    if (!scope) return;
    if (event.target.closest('[data-clear]')) {
      all('[data-row]', scope).forEach((box) => { box.checked = false; });
      choose(scope, '');
      sync(scope);
    }
    if (event.target.closest('[data-all-matching]')) { choose(scope, '1'); sync(scope); }
  });

  /* j and k walk the rows, x ticks the one reached; the focus is on its link, so Enter opens it */
  document.addEventListener('storecast:key', (event) => {
    const rows = all('[data-bulk] tbody tr, [data-rows] > *').filter((row) => row.querySelector('a.id'));
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const key = event.detail;
    if (key === 'j' || key === 'k') {
      const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (key === 'j' ? 1 : -1)));
      rows[next].querySelector('a.id').focus();
    }
    if (key === 'x' && at >= 0) {
      const box = rows[at].querySelector('[data-row]');
      if (box) box.click();
    }
  });

  const start = () => all('[data-bulk]').forEach(sync);
  document.addEventListener('DOMContentLoaded', start);
  document.addEventListener('htmx:afterSwap', start);
})();
