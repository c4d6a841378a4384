/* The inbox: the counts in menu, bell and title, rows that are read when opened, "e" and "u" for the row in focus, a list that keeps
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
  document.addEventListener('inbox-undone', keepUp);

  /* load the list again, unless somebody is in the middle of it */
  function keepUp() {
    const results = document.querySelector('[data-bulk] #results');
    if (!results || !document.querySelector('[data-note]')) return;
    if (results.querySelector('[data-row]:checked') || results.contains(document.activeElement)) return;
    htmx.ajax('GET', location.href, { target: '#results', swap: 'outerHTML' });
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-opens]');
    const form = link && link.closest('form');
    const row = link && link.closest('[data-note]');
    if (!form || !row.classList.contains('unread')) return;
    row.classList.remove('unread');
    fetch(form.action, {
      method: 'POST',
      keepalive: true,
      headers: { 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content },
      body: new URLSearchParams({ do: 'read:' + link.dataset.opens }),
      redirect: 'manual',
    }).catch(() => {});
  });

  document.addEventListener('keydown', (event) => {
    if (document.documentElement.dataset.shortcuts === 'off' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== 'e' && event.key !== 'u') return;
    const row = document.activeElement && document.activeElement.closest('[data-note]');
    const button = row && row.querySelector('[data-does="' + event.key + '"]');
    if (button) { event.preventDefault(); button.click(); }
  });
})();
