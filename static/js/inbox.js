/* The inbox: the counts in menu, bell and title, rows that are read when opened, keys for the row in focus, a list that keeps
   up while it is in view. Everything works without it; then a row is marked with its buttons. */
(function () {
  'use strict';
  const bare = document.title.replace(/^\(\d+\+?\) /, '');
  let last = null;

  document.addEventListener('inbox-count', (event) => {
    const { unread, label, topics, newest } = event.detail;
    document.title = (unread ? '(' + label + ') ' : '') + bare;
    document.querySelectorAll('[data-topic-count]').forEach((node) => { node.textContent = topics[node.dataset.topicCount] || ''; });
    const state = JSON.stringify([unread, newest]);
    if (last !== null && state !== last) keepUp();
    last = state;
  });
  document.addEventListener('inbox-undone', () => keepUp(true));

  /* load the list again, unless somebody is in the middle of it */
  function keepUp(always) {
    const results = document.querySelector('[data-bulk] #results');
    if (!results || !document.querySelector('#inbox-topics, [data-note]')) return;
    if (always !== true && (results.querySelector('[data-row]:checked') || results.contains(document.activeElement) || document.querySelector('dialog[open]'))) return;
    htmx.ajax('GET', location.href, { source: results, target: '#results', swap: 'outerHTML' });
  }

  /* a list that was asked for before somebody did something would bring back what they put away */
  document.addEventListener('htmx:beforeRequest', (event) => {
    const results = document.querySelector('[data-bulk] #results');
    if (results && event.detail.requestConfig.verb !== 'get') htmx.trigger(results, 'htmx:abort');
  });

  /* who goes to look has read it, who goes to its one action has begun to act */
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-opens], a[data-act]');
    if (!link) return;
    const form = link.closest('form');
    const row = link.closest('[data-note]');
    const acts = link.dataset.act !== undefined;
    if (link.dataset.act) return say(link.dataset.act, 'follow');
    if (!form || !row || (!acts && !row.classList.contains('unread'))) return;
    row.classList.remove('unread');
    say(form.action, (acts ? 'follow:' : 'read:') + link.dataset.opens);
  });

  function say(address, what) {
    fetch(address, {
      method: 'POST',
      keepalive: true,
      headers: { 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content },
      body: new URLSearchParams({ do: what }),
      redirect: 'manual',
    }).catch(() => {});
  }

  /* the dialog of one notification: opened by its button or by a key, which also says where one begins in it */
  let begin = '';
  document.addEventListener('click', (event) => {
    const more = event.target.closest('[data-details]');
    const dialog = document.getElementById('note-dialog');
    if (!more || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    document.getElementById('note-body').textContent = '';
    dialog.showModal();
  });
  document.addEventListener('htmx:afterSettle', (event) => {
    if (event.target.id !== 'note-body') return;
    const first = { s: '[data-first=s]', a: 'select', m: '[data-first=m]' }[begin];
    const node = event.target.querySelector('[aria-invalid=true]') || (first && event.target.querySelector(first));
    if (node) node.focus();
    begin = '';
  });
  document.addEventListener('inbox-undone', () => {
    const dialog = document.getElementById('note-dialog');
    if (dialog && dialog.open) dialog.close();
  });

  /* after the list was drawn anew the focus is where it was: on the same row, or on the next one if that row went */
  let place = -1;
  let held = '';
  const rows = () => Array.from(document.querySelectorAll('#results [data-note], #results [data-fold]')).filter((row) => row.checkVisibility());
  const nameOf = (row) => row.dataset.note || row.querySelector('a.id').href;
  document.addEventListener('htmx:beforeSwap', (event) => {
    const row = event.target.id === 'results' && document.activeElement && document.activeElement.closest('[data-note], [data-fold]');
    if (row) held = nameOf(row);
  });
  document.addEventListener('htmx:afterSettle', () => {
    if (place < 0 && !held) return;
    const left = rows();
    const row = left.find((row) => nameOf(row) === held) || (place < 0 ? null : left[Math.min(place, left.length - 1)]);
    place = -1;
    held = '';
    if (row) row.querySelector('a.id').focus();
  });

  document.addEventListener('keydown', (event) => {
    if (document.documentElement.dataset.shortcuts === 'off' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!'eusam'.includes(event.key) || document.querySelector('dialog[open]')) return;
    if (event.target.closest && event.target.closest('input:not([type=checkbox]), textarea, select')) return;
    const row = document.activeElement && document.activeElement.closest('[data-note], [data-fold]');
    const wanted = 'eu'.includes(event.key) ? '[data-does="' + event.key + '"]' : '[data-details]';
    const menu = row && event.key === 's' && row.querySelector('[data-snooze]');
    const button = row && row.querySelector(wanted);
    if (menu) {
      event.preventDefault();
      menu.parentNode.open = true;
      menu.parentNode.querySelector('button').focus();
      place = rows().indexOf(row);
      return;
    }
    if (!button) return;
    event.preventDefault();
    place = rows().indexOf(row);
    if (wanted === '[data-details]') { begin = event.key; place = -1; }
    button.click();
  });
})();
