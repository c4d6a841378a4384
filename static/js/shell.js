/* The frame of every page: htmx settings, toasts, menus, dialogs, theme. Delegated listeners only, no inline handlers;
   everything here enhances links and forms that work without it. Sentences come from data-say-* of the body. */
(function () {
  'use strict';
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const say = (name) => document.body.dataset['say' + name];
  const token = () => document.querySelector('meta[name=csrf-token]').content;

  /* htmx: the CSRF cookie is not readable by scripts, so the token travels in a header */
  document.addEventListener('htmx:configRequest', (event) => {
    const { verb, headers, formData } = event.detail;
    headers['X-CSRFToken'] = token();
    /* addresses carry only the filters that are set */
    if (verb === 'get') Array.from(formData.entries()).forEach(([name, value]) => { if (value === '') formData.delete(name); });
  });
  document.addEventListener('htmx:beforeRequest', (event) => {
    const config = event.detail.requestConfig;
    /* a badge that polls waits while nobody looks */
    if (document.hidden && config.verb === 'get' && !config.triggeringEvent) event.preventDefault();
  });
  document.addEventListener('htmx:sendError', () => toast({ level: 'error', text: say('Offline') }));
  document.addEventListener('htmx:timeout', () => toast({ level: 'error', text: say('Offline') }));
  document.addEventListener('htmx:responseError', (event) => {
    const config = event.detail.requestConfig;
    if (event.detail.xhr.getResponseHeader('HX-Trigger')) return;
    if (config.verb === 'get' && !config.triggeringEvent) return;
    const sentence = { 403: 'Forbidden', 404: 'Gone', 429: 'Busy' }[event.detail.xhr.status] || 'Failed';
    toast({ level: 'error', text: say(sentence) });
  });

  /* after a swap: say how many rows there are, and do not lose the focus with the link that was pressed */
  document.addEventListener('htmx:afterSettle', (event) => {
    const results = document.getElementById('results');
    if (!results || !event.detail.requestConfig || event.detail.requestConfig.target.id !== 'results') return;
    const count = results.querySelector('[data-count]') || results.querySelector('h2');
    document.getElementById('say').textContent = count ? count.textContent : '';
    if (document.activeElement === document.body) { results.tabIndex = -1; results.focus({ preventScroll: true }); }
  });

  /* toasts: the server sends HX-Trigger: {"toast": {"text": "…", "undo": "/url", "level": "error"}} */
  function leave(node, seconds) {
    let timer = 0;
    const start = () => { timer = setTimeout(() => node.remove(), seconds * 1000); };
    const stop = () => clearTimeout(timer);
    node.addEventListener('mouseenter', stop);
    node.addEventListener('mouseleave', start);
    node.addEventListener('focusin', stop);
    node.addEventListener('focusout', start);
    start();
  }
  function closer(node) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'x';
    button.textContent = '×';
    button.setAttribute('aria-label', say('Close'));
    button.addEventListener('click', () => node.remove());
    node.append(button);
  }
  function settle(node, isError, hasUndo) {
    if (isError) closer(node);
    else leave(node, hasUndo ? 10 : 6);
    all('.sc-toast').slice(0, -3).forEach((old) => old.remove());
  }
  function toast(detail) {
    const node = document.createElement('div');
    const text = document.createElement('span');
    const isError = detail.level === 'error';
    node.className = isError ? 'sc-toast err' : 'sc-toast';
    node.setAttribute('role', isError ? 'alert' : 'status');
    text.textContent = detail.text;
    node.append(text);
    if (detail.href) {
      const link = document.createElement('a');
      link.href = detail.href;
      link.textContent = detail.verb;
      node.append(link);
    }
    if (detail.undo) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = say('Undo');
      button.addEventListener('click', () => { node.remove(); htmx.ajax('POST', detail.undo, { swap: 'none' }); });
      node.append(button);
    }
    document.querySelector('.sc-toasts').append(node);
    settle(node, isError, Boolean(detail.undo || detail.href));
  }
  document.addEventListener('toast', (event) => toast(event.detail));

  /* menus close on a click elsewhere, one is open at a time */
  document.addEventListener('click', (event) => {
    all('details.sc-menu[open]').forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const opener = event.target.closest('[data-open]');
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog) { event.preventDefault(); dialog.showModal(); }
      return;
    }
    const closing = event.target.closest('[data-close]');
    if (closing) { closing.closest('dialog').close(); return; }
    if (event.target.matches('dialog')) { event.target.close(); return; }
    const reveal = event.target.closest('[data-reveal]');
    if (reveal) {
      const input = document.getElementById(reveal.dataset.reveal);
      input.type = input.type === 'password' ? 'text' : 'password';
      reveal.setAttribute('aria-pressed', String(input.type === 'text'));
    }
    const copier = event.target.closest('[data-copy]');
    if (copier) {
      navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent.trim())
        .then(() => { if (copier.dataset.copied) toast({ text: copier.dataset.copied }); });
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    all('details.sc-menu[open]').forEach((menu) => { menu.open = false; menu.querySelector('summary').focus(); });
  });

  /* theme: at once here, kept for the person by the server */
  document.addEventListener('submit', (event) => {
    const form = event.target.closest('[data-theme-form]');
    if (!form) return;
    event.preventDefault();
    const root = document.documentElement;
    const next = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    root.dataset.bsTheme = next;
    root.dataset.themeChosen = 'yes';
    const action = form.getAttribute('action');
    if (!action) return;
    fetch(action, {
      method: 'POST',
      headers: { 'X-CSRFToken': token(), 'HX-Request': 'true' },
      body: new URLSearchParams({ theme: next }),
    }).catch(() => {});
  });

  document.addEventListener('DOMContentLoaded', () => {
    all('[data-toast-shown]').forEach((node) => settle(node, node.matches('.err'), Boolean(node.querySelector('form'))));
  });
})();
