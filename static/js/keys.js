/* Keyboard: Ctrl K opens the palette, "g" and a letter go to a page of the menu (data-go), "/" searches, "?" lists the
   keys, data-key names a button's own key. Single keys are off while typing and when the person switched them off
   (WCAG 2.1.4). */
(function () {
  'use strict';
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const typing = (event) => event.target.closest && event.target.closest('input, textarea, select, [contenteditable]');
  const asKey = (key) => CSS.escape(key.toLowerCase());
  let waiting = 0;

  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      const palette = one('#palette');
      if (!palette) return;
      event.preventDefault();
      if (palette.open) palette.close(); else palette.showModal();
      return;
    }
    if (document.documentElement.dataset.shortcuts === 'off' || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = event.target.matches && event.target.matches('[data-row], [data-all]');
    if ((typing(event) && !box) || one('dialog[open]')) return;
    if (waiting) {
      clearTimeout(waiting);
      waiting = 0;
      const link = one('[data-go="' + asKey(event.key) + '"]');
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === 'g') { waiting = setTimeout(() => { waiting = 0; }, 900); return; }
    if (event.key === '/') {
      const search = one('[data-search]');
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    if (event.key === '?') { const map = one('#keys'); if (map) map.showModal(); return; }
    const button = all('[data-key="' + asKey(event.key) + '"]').find((one) => one.checkVisibility() || one.closest('.sc-bulk.on'));
    if (button) { event.preventDefault(); button.click(); return; }
    if ('jkx'.includes(event.key)) document.dispatchEvent(new CustomEvent('storecast:key', { detail: event.key }));
  });

  /* a closed dialog gives its focus up at once, so that the next key is not taken for typing */
  document.addEventListener('close', (event) => {
    if (event.target.contains(document.activeElement)) document.activeElement.blur();
  }, true);

  /* the palette: a combobox over links */
  const options = () => all('#palette [role=option]').filter((option) => !option.hidden);
  function select(option) {
    all('#palette [role=option]').forEach((other) => other.setAttribute('aria-selected', String(other === option)));
    const input = one('#palette input');
    if (option) {
      option.scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', option.id);
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  }
  document.addEventListener('input', (event) => {
    if (!event.target.matches('#palette input')) return;
    const words = event.target.value.trim();
    all('#palette [role=option]:not([data-palette-search])').forEach((option) => {
      option.hidden = !option.textContent.toLowerCase().includes(words.toLowerCase());
    });
    const search = one('#palette [data-palette-search]');
    if (search) {
      search.hidden = !words;
      one('[data-words]', search).textContent = words;
      search.href = one('[data-palette-form]').action + '?' + new URLSearchParams({ q: words });
    }
    const fits = options();
    select(fits.find((option) => option !== search) || fits[0]);
  });
  document.addEventListener('keydown', (event) => {
    const palette = one('#palette[open]');
    if (!palette || !['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) return;
    event.preventDefault();
    const shown = options();
    const at = shown.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    if (event.key === 'Enter') { if (shown[at]) shown[at].click(); return; }
    if (shown.length) select(shown[(at + (event.key === 'ArrowDown' ? 1 : -1) + shown.length) % shown.length]);
  });
})();
