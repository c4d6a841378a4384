/* Runs before first paint: turns "auto", which the server writes for people who follow their device, into a colour scheme. */
(function () {
  'use strict';
  const root = document.documentElement;
  if (root.dataset.bsTheme !== 'auto') return;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => { root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
  follow();
  dark.addEventListener('change', () => { if (!root.dataset.themeChosen) follow(); });
})();
