/* Storecast charts. ECharts with the canvas renderer, no HTML tooltip from ECharts (its markup carries style attributes,
   which style-src 'self' blocks): the tooltip is our own node, styled by class and moved through the CSSOM. */
(function () {
  'use strict';
  var zh = document.documentElement.lang.slice(0, 2) === 'zh';
  var charts = [];
  function tok() {
    var s = getComputedStyle(document.documentElement), o = {};
    ['own', 'then', 'total', 'limit', 'compare', 'c1', 'c2', 'c3', 'c4', 'other', 'grid'].forEach(function (k) { o[k] = s.getPropertyValue('--sc-d-' + k).trim(); });
    ['text', 'text-2', 'text-3', 'surface', 'border', 'border-2', 'critical-bg'].forEach(function (k) { o[k] = s.getPropertyValue('--sc-' + k).trim(); });
    o.dark = document.documentElement.dataset.bsTheme === 'dark';
    o.font = s.getPropertyValue('--sc-font').trim();
    return o;
  }
  function alpha(hex, a) { var n = parseInt(hex.slice(1), 16); return 'rgba(' + (n >> 16) + ',' + (n >> 8 & 255) + ',' + (n & 255) + ',' + a + ')'; }
  function money(v) { return '¥' + Math.round(v).toLocaleString('en-US'); }
  /* a forecast is never shown finer than its range supports: three significant digits */
  function rough(v) { if (v < 100) return Math.round(v); var p = Math.pow(10, Math.floor(Math.log10(v)) - 2); return Math.round(v / p) * p; }
  var F = {
    money: { axis: function (v) { return v === 0 ? '0' : zh ? '¥' + (v / 10000) + ' 万' : '¥' + v / 1000 + 'k'; }, tip: money },
    units: { axis: function (v) { return v; }, tip: function (v) { return Math.round(v) + (zh ? ' 件' : v === 1 ? ' unit' : ' units'); } },
    pct: { axis: function (v) { return v + '%'; }, tip: function (v) { return v.toFixed(1) + '%'; } }
  };
  var T = zh
    ? { actual: '实际', forecast: '预测（中位）', r80: '十有八九在', r50: '一半可能在', then: '当时的预测', cmp: '去年同期', stock: '预计库存', to: '–' }
    : { actual: 'Actual', forecast: 'Forecast (middle)', r80: '8 in 10 chance', r50: 'Even chance', then: 'Predicted then', cmp: 'Last year', stock: 'Stock, middle', to: ' to ' };

  function dateOnly(s) { return zh ? s.split(' ')[0].replace('当周', '') : s.replace(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) /, '').replace('Week of ', ''); }
  function xAxis(t, labels, extra) {
    return Object.assign({
      type: 'category', boundaryGap: false, data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: t['border-2'] } },
      axisLabel: { color: t['text-3'], fontSize: 11, fontFamily: t.font, margin: 10, hideOverlap: true, formatter: dateOnly, interval: 'auto', showMinLabel: true },
      axisPointer: { show: true, type: 'line', lineStyle: { color: t['text-3'], width: 1, type: 'solid' }, label: { show: false } }
    }, extra || {});
  }
  function yAxis(t, f, extra) {
    return Object.assign({
      type: 'value', splitNumber: 4, axisLabel: { color: t['text-3'], fontSize: 11, fontFamily: t.font, formatter: f.axis, margin: 8 },
      splitLine: { lineStyle: { color: t.grid } }, axisLine: { show: false }, axisTick: { show: false }
    }, extra || {});
  }
  function hidden(name, stack, data, ax) { return Object.assign({ name: name, type: 'line', stack: stack, data: data, symbol: 'none', lineStyle: { width: 0 }, silent: true, stackStrategy: 'all', emphasis: { disabled: true } }, ax || {}); }
  function band(t, rows, n, lo, hi, colour, op, key, anchor, ax) {
    var low = [], dif = [], i;
    for (i = 0; i < n; i++) { low.push(null); dif.push(null); }
    if (anchor != null) { low[n - 1] = anchor; dif[n - 1] = 0; }
    rows.forEach(function (r) { low.push(r[lo]); dif.push(r[hi] - r[lo]); });
    return [hidden('', key, low, ax), Object.assign(hidden('', key, dif, ax), { areaStyle: { color: alpha(colour, op), origin: 'start' } })];
  }
  function vline(t, i, label, colour, type, pos) {
    return { xAxis: i, lineStyle: { color: colour || t['text-3'], width: 1, type: type || 'solid' }, label: { show: !!label, formatter: label, position: pos || 'end', distance: 4, color: colour || t['text-2'], fontSize: 11, fontFamily: t.font, fontWeight: 500 } };
  }
  function marks(t, d) {
    var m = [];
    if (d.todayAt != null) m.push(vline(t, d.todayAt, d.todayLabel, t['text-2'], [2, 3]));
    (d.events || []).forEach(function (e) { m.push(vline(t, e.at, e.label, e.tone === 'limit' ? t.limit : t['text-3'], [2, 3])); });
    return { silent: true, symbol: 'none', animation: false, data: m };
  }

  var KIND = {
    fan: function (t, d) {
      var f = F[d.unit], n = d.actual.length, s = [], last = d.actual[n - 1];
      var op = t.dark ? [.16, .20, .30] : [.11, .15, .24];
      if (d.then) {
        var off = n - d.then.length, lo = [], df = [], mid = [];
        for (var i = 0; i < off; i++) { lo.push(null); df.push(null); mid.push(null); }
        d.then.forEach(function (r) { lo.push(r[0]); df.push(r[2] - r[0]); mid.push(r[1]); });
        s.push(hidden('', 'then', lo), Object.assign(hidden('', 'then', df), { areaStyle: { color: alpha(t.then, t.dark ? .24 : .17), origin: 'start' } }));
        s.push({ name: 'then', type: 'line', data: mid, symbol: 'none', lineStyle: { color: t.then, width: 1.5, type: [2, 2] }, silent: true, emphasis: { disabled: true } });
      }
      s = s.concat(band(t, d.fan, n, 0, 6, t.own, op[0], 'b95', last), band(t, d.fan, n, 1, 5, t.own, op[1], 'b80', last), band(t, d.fan, n, 2, 4, t.own, op[2], 'b50', last));
      if (d.compare) s.push({ name: 'cmp', type: 'line', data: d.compare, symbol: 'none', lineStyle: { color: t.compare, width: 1.25 }, silent: true, z: 2, emphasis: { disabled: true } });
      s.push({ name: 'act', type: 'line', data: d.actual, symbol: 'none', lineStyle: { color: t.own, width: 2 }, itemStyle: { color: t.own }, z: 4, markLine: marks(t, d), emphasis: { disabled: true } });
      var med = []; for (var k = 0; k < n - 1; k++) med.push(null); med.push(last); d.fan.forEach(function (r) { med.push(r[3]); });
      s.push({ name: 'fc', type: 'line', data: med, symbol: 'none', lineStyle: { color: t.own, width: 1.75, type: [5, 4] }, itemStyle: { color: t.own }, z: 4, emphasis: { disabled: true } });
      return {
        option: { grid: { left: 4, right: 22, top: 26, bottom: 4, containLabel: true }, xAxis: xAxis(t, d.labels), yAxis: yAxis(t, f, { min: 0 }), series: s },
        tip: function (i) {
          var rows = [], r = d.fan[i - n];
          if (i < n) { rows.push([T.actual, f.tip(d.actual[i])]); var o = n - (d.then || []).length; if (d.then && i >= o) rows.push([T.then, f.tip(d.then[i - o][0]).replace(/ .*$/, '') + T.to + f.tip(d.then[i - o][2])]); }
          else { var g = function (v) { return f.tip(rough(v)); }; rows.push([T.forecast, g(r[3])], [T.r50, g(r[2]) + T.to + g(r[4])], [T.r80, g(r[1]) + T.to + g(r[5])]); }
          if (d.compare) rows.push([T.cmp, f.tip(d.compare[i])]);
          return rows;
        }
      };
    },
    stock: function (t, d) {
      var f = F.units, s = [], op = t.dark ? [.16, .20, .30] : [.11, .15, .24];
      s = s.concat(band(t, d.fan, 0, 0, 6, t.own, op[0], 'b95'), band(t, d.fan, 0, 1, 5, t.own, op[1], 'b80'), band(t, d.fan, 0, 2, 4, t.own, op[2], 'b50'));
      s.push({ name: 'fc', type: 'line', data: d.fan.map(function (r, k) { return k && d.fan[k - 1][3] === 0 ? null : r[3]; }), symbol: 'none', lineStyle: { color: t.own, width: 1.75, type: [5, 4] }, z: 4, markLine: marks(t, d),
        markArea: { silent: true, itemStyle: { color: alpha(t.limit, t.dark ? .16 : .08) }, label: { show: false }, data: [[{ xAxis: d.window[0] }, { xAxis: d.window[1] }]] }, emphasis: { disabled: true } });
      return { option: { grid: { left: 4, right: 22, top: 26, bottom: 4, containLabel: true }, xAxis: xAxis(t, d.labels), yAxis: yAxis(t, f, { min: 0 }), series: s },
        tip: function (i) { var r = d.fan[i]; return [[T.stock, f.tip(r[3])], [T.r80, Math.round(r[1]) + T.to + f.tip(r[5])]]; } };
    },
    share: function (t, d) {
      var f = F.pct, cols = [t.own, t.c1, t.c2, t.c3, t.other], n = d.n, s = [];
      d.series.forEach(function (v, k) {
        s.push({ name: d.names[k], type: 'line', stack: 'all', data: v, symbol: 'none', lineStyle: { width: k === 0 ? 2 : 1, color: k === 0 ? t.own : t.surface }, areaStyle: { color: alpha(cols[k], k === 0 ? (t.dark ? .62 : .72) : (t.dark ? .46 : .34)), origin: 'start' }, silent: true, z: 2, emphasis: { disabled: true },
          markArea: k === 4 ? { silent: true, z: 6, itemStyle: { color: alpha(t.surface, t.dark ? .45 : .42) }, data: [[{ xAxis: n - 1 }, { xAxis: d.labels.length - 1 }]] } : undefined });
      });
      var base = 0, at = 1, lab = d.series.map(function (v, k) { var y = base + v[at] / 2; base += v[at]; return { coord: [at, y], value: d.names[k] + '  ' + v[n - 1].toFixed(1) + '%', label: { color: k === 0 ? '#fff' : t.text, fontWeight: k === 0 ? 600 : 500 } }; });
      s[4].markPoint = { silent: true, symbol: 'circle', symbolSize: 1, itemStyle: { color: 'transparent' }, label: { show: true, position: 'right', distance: 0, formatter: function (x) { return x.value; }, fontSize: 11, fontFamily: t.font }, data: lab, z: 10 };
      var B = { xAxisIndex: 1, yAxisIndex: 1 }, op = t.dark ? [.16, .20, .30] : [.11, .15, .24], own = d.series[0].slice(0, n);
      s = s.concat(band(t, d.fan, n, 1, 5, t.own, .55, 'sb', own[n - 1]).map(function (x) { x.z = 8; return x; }));
      s = s.concat(band(t, d.fan, n, 0, 6, t.own, op[0], 'b95', own[n - 1], B), band(t, d.fan, n, 1, 5, t.own, op[1], 'b80', own[n - 1], B), band(t, d.fan, n, 2, 4, t.own, op[2], 'b50', own[n - 1], B));
      s.push(Object.assign({ name: 'own', type: 'line', data: own, symbol: 'none', lineStyle: { color: t.own, width: 2 }, z: 5, markLine: { silent: true, symbol: 'none', data: [vline(t, n - 1, '', t['text-2'], [2, 3])] }, emphasis: { disabled: true } }, B));
      var med = []; for (var k = 0; k < n - 1; k++) med.push(null); med.push(own[n - 1]); d.fan.forEach(function (r) { med.push(r[3]); });
      s.push(Object.assign({ name: 'ownf', type: 'line', data: med, symbol: 'none', lineStyle: { color: t.own, width: 1.75, type: [5, 4] }, z: 5, emphasis: { disabled: true } }, B));
      s[0].markLine = { silent: true, symbol: 'none', z: 9, data: [vline(t, n - 1, d.todayLabel, t['text-2'], [2, 3])] };
      return {
        option: {
          grid: [{ left: 44, right: 22, top: 24, height: '50%' }, { left: 44, right: 22, bottom: 26, height: '28%' }],
          axisPointer: { link: [{ xAxisIndex: 'all' }] },
          xAxis: [xAxis(t, d.labels, { axisLabel: { show: false } }), xAxis(t, d.labels, { gridIndex: 1 })],
          yAxis: [yAxis(t, f, { max: 100, interval: 25 }), yAxis(t, f, { gridIndex: 1, min: 14, max: 22, interval: 2 })], series: s
        },
        tip: function (i) {
          var rows = d.names.map(function (nm, k) { return [nm, f.tip(d.series[k][i])]; });
          if (i >= n) rows.splice(1, 0, [T.r80, d.fan[i - n][1].toFixed(1) + T.to + f.tip(d.fan[i - n][5])]);
          return rows;
        }
      };
    }
  };

  function mount(el) {
    var d = JSON.parse(document.getElementById(el.dataset.src).textContent);
    var c = echarts.init(el, null, { renderer: 'canvas' });
    var tip = document.createElement('div'); tip.className = 'sc-tip'; tip.hidden = true; tip.setAttribute('aria-live', 'polite'); el.appendChild(tip);
    var cur = -1, built;
    function draw() { built = KIND[el.dataset.chart](tok(), d); c.setOption(Object.assign({ animation: false, textStyle: { fontFamily: tok().font }, tooltip: { show: true, trigger: 'axis', showContent: false } }, built.option), true); }
    function show(i) {
      cur = i; if (i == null || i < 0) { tip.hidden = true; return; }
      tip.textContent = ''; var b = document.createElement('b'); b.textContent = d.labels[i]; tip.appendChild(b);
      built.tip(i).forEach(function (r) { var row = document.createElement('div'); r.forEach(function (x) { var s = document.createElement('span'); s.textContent = x; row.appendChild(s); }); tip.appendChild(row); });
      tip.hidden = false;
      var x = c.convertToPixel({ xAxisIndex: 0 }, i), w = tip.offsetWidth, left = x + 12;
      if (left + w > el.clientWidth) left = x - w - 12;
      tip.style.transform = 'translate(' + Math.max(0, left) + 'px, 26px)';
    }
    c.on('updateAxisPointer', function (e) { var a = e.axesInfo && e.axesInfo[0]; show(a ? a.value : -1); });
    c.getZr().on('globalout', function () { show(-1); });
    el.tabIndex = 0;
    el.addEventListener('keydown', function (e) {
      var n = d.labels.length, step = { ArrowLeft: -1, ArrowRight: 1, Home: -n, End: n }[e.key];
      if (e.key === 'Escape') return show(-1);
      if (!step) return; e.preventDefault();
      show(Math.min(n - 1, Math.max(0, (cur < 0 ? (d.todayAt || n - 1) : cur) + step)));
    });
    el.addEventListener('blur', function () { show(-1); });
    draw(); charts.push({ c: c, draw: draw });
    new ResizeObserver(function () { c.resize(); }).observe(el);
    el.scShow = show;
  }
  function boot(root) { (root || document).querySelectorAll('[data-chart]:not([data-ready])').forEach(function (el) { el.dataset.ready = '1'; mount(el); }); }
  document.addEventListener('DOMContentLoaded', function () { (document.fonts ? document.fonts.ready : Promise.resolve()).then(function () { boot(); document.body.dataset.charts = 'ready'; }); });
  document.addEventListener('htmx:afterSwap', function (e) { boot(e.target); });
  new MutationObserver(function () { charts.forEach(function (x) { x.draw(); }); }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-bs-theme'] });
})();
