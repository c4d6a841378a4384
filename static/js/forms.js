/* Forms: one click sends once, the first mistake gets the focus, paired inputs agree, unsaved changes are shown. */
(function () {
  'use strict';
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  /* a form is sent once; what the button said comes back when the browser restores the page */
  const sent = new Set();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.matches('[hx-post]')) return;
    if (event.submitter && event.submitter.formTarget) return;  /* shown in a frame: the page stays */
    if (sent.has(form)) { event.preventDefault(); return; }
    sent.add(form);
    const button = event.submitter;
    if (!button) return;
    form.setAttribute('aria-busy', 'true');
    if (form.dataset.saving) { button.dataset.label = button.textContent; button.textContent = form.dataset.saving; }
  });
  addEventListener('pageshow', () => {
    sent.forEach((form) => {
      form.removeAttribute('aria-busy');
      all('[data-label]', form).forEach((button) => { button.textContent = button.dataset.label; });
    });
    sent.clear();
  });

  /* a slider and its number field hold one value */
  document.addEventListener('input', (event) => {
    const pair = event.target.closest('[data-pair]');
    if (!pair || !event.target.matches('input')) return;
    all('input', pair).forEach((input) => { if (input !== event.target) input.value = event.target.value; });
  });

  /* the save bar appears when the form differs from what the server sent */
  document.addEventListener('input', (event) => {
    const form = event.target.closest('form[data-savebar]');
    if (form) document.getElementById(form.dataset.savebar).hidden = false;
  });
  document.addEventListener('reset', (event) => {
    const form = event.target.closest('form[data-savebar]');
    if (form) document.getElementById(form.dataset.savebar).hidden = true;
  });

  /* a choice that needs no button */
  document.addEventListener('change', (event) => {
    const form = event.target.closest('form[data-submit-on-change]');
    if (form) form.requestSubmit();
  });

  function focusMistake(within) {
    const target = within.querySelector('[aria-invalid=true]') || within.querySelector('[data-form-errors]');
    if (target) target.focus();
  }
  document.addEventListener('DOMContentLoaded', () => focusMistake(document));
  document.addEventListener('htmx:afterSettle', (event) => { if (event.detail.xhr && event.detail.xhr.status === 422) focusMistake(event.target); });
})();
