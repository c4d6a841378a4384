/* The inbox as it changes. Of all tabs of a browser one holds the stream (Web Locks) and tells the others
   (BroadcastChannel). While there is no stream the badges go on asking every 20 seconds (nav.html), so nothing here is
   needed for them to be right. */
(function () {
  'use strict';
  const meta = document.querySelector('meta[name=live]');
  if (!meta || !window.EventSource || !navigator.locks || !window.BroadcastChannel) return;
  const { shop, person } = meta.dataset; // the staff's pages are of no shop
  const badge = shop ? 'inbox-count' : 'staff-inbox-count';
  const name = 'storecast-live:' + person;
  const channel = new BroadcastChannel(name);
  const shownActs = new Set();
  let state = null;
  let isLive = false;
  let asked = false;
  let isLeader = false;
  let silence = 0;

  function setLive(now) {
    isLive = now;
    document.body.dataset.live = now ? 'on' : 'off';
    /* followers believe a leader for as long as it says so: one that vanished is silent */
    clearTimeout(silence);
    if (now && !isLeader) silence = setTimeout(() => { setLive(false); channel.postMessage({ ask: true }); }, 45000);
  }

  function put(id, text) {
    const node = document.getElementById(id);
    if (!node) return;
    node.textContent = text;
    if (!text) return;
    const word = document.createElement('span');
    word.className = 'sc-vh';
    word.textContent = ' ' + document.body.dataset.sayUnreadWord;
    node.append(word);
  }

  function show(data) {
    const mine = data.shops[shop];
    if (!mine) return;
    const before = state && state.shops[shop];
    state = data;
    put(badge, mine.label);
    put('bell-count', mine.label);
    document.dispatchEvent(new CustomEvent('inbox-count', { detail: mine }));
    if (before && mine.unread > before.unread) {
      document.getElementById('say').textContent = document.body.dataset.sayUnread.replace('{n}', mine.label);
    }
    data.act.forEach((act) => {
      if (shownActs.has(act.id) || act.shop !== shop) return;
      shownActs.add(act.id);
      if (!document.hidden) {
        document.dispatchEvent(new CustomEvent('toast', { detail: { text: act.title, href: act.href, verb: act.verb } }));
      }
    });
  }

  channel.addEventListener('message', (event) => {
    const said = event.data;
    if (said.ask && isLeader) channel.postMessage({ live: isLive, state: state && { ...state, act: [] } });
    if (isLeader || said.ask) return;
    setLive(said.live);
    if (said.state) show(said.state);
  });

  /* badges need not ask while they are told; the first time they do, for the stream takes a moment */
  document.addEventListener('htmx:beforeRequest', (event) => {
    const config = event.detail.requestConfig;
    if (event.target.id !== badge || config.triggeringEvent) return;
    if (isLive && asked) event.preventDefault();
    asked = true;
  });

  function lead() {
    isLeader = true;
    let tries = 0;
    const tell = (data) => {
      setLive(true);
      tries = 0;
      channel.postMessage({ live: true, state: data });
      if (data) show(data);
    };
    const open = () => {
      const source = new EventSource(meta.content, { withCredentials: true });
      source.addEventListener('inbox', (event) => tell(JSON.parse(event.data)));
      source.addEventListener('error', () => {
        setLive(false);
        channel.postMessage({ live: false });
        if (source.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
        tries += 1;
        if (tries < 20) setTimeout(open, (15 + 45 * Math.random()) * 1000 * Math.min(tries, 10));
      });
      window.addEventListener('pagehide', () => source.close());
    };
    open();
    setInterval(() => { if (isLive) channel.postMessage({ live: true }); }, 15000);
    return new Promise(() => {}); // the lock is given up when the tab goes
  }

  setLive(false);
  channel.postMessage({ ask: true });
  navigator.locks.request(name, lead).catch(() => {});
  /* a page that comes back from the browser's cache has lost its stream */
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
})();
