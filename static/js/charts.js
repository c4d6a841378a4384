/* Charts. ECharts draws on a canvas; its HTML tooltip carries style attributes, which the CSP blocks, so the tooltip is a
   node of ours that is styled by class and moved through the CSSOM. Arrow keys read a chart point by point.

   Kinds and their data (JSON in a json_script block; core/charts.py makes it):
   fan   labels, ticks, actual, fan: rows of seven quantiles (2.5, 10, 25, 50, 75, 90, 97.5 %) that follow the last actual
         value; optional then: [low, middle, high] per label, compare: a value per label, events: [{at, label, limit}],
         window: [from, to] positions of a shaded danger, today: words for the line between past and future
   line  labels, ticks, series: [{name, values, role}]; optional events
   bar   the same, with stacked: true to pile the series up
   share names, roles, series: shares in percent that pile up to 100, the own one first, `known` of them past; fan as above
   unit is "money" (with currency), "percent" (0 to 100) or "number"; digits are those of an exact value. */
(function () {
  'use strict';
  const root = document.documentElement;
  const language = root.lang.startsWith('zh') ? 'zh-CN' : 'en-GB';
  const charts = [];

  function colours() {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(name).trim();
    const found = { dark: root.dataset.bsTheme === 'dark', font: read('--sc-font') };
    ['own', 'then', 'total', 'limit', 'compare', 'c1', 'c2', 'c3', 'c4', 'other', 'grid'].forEach((name) => { found[name] = read('--sc-d-' + name); });
    ['text', 'text-2', 'text-3', 'surface', 'border-2'].forEach((name) => { found[name] = read('--sc-' + name); });
    return found;
  }
  function alpha(hex, share) {
    const number = parseInt(hex.slice(1), 16);
    return 'rgba(' + [number >> 16, (number >> 8) & 255, number & 255, share].join(',') + ')';
  }

  /* numbers: the axis is short, an actual value exact, a forecast never finer than three significant digits */
  function formats(data) {
    const base = { money: { style: 'currency', currency: data.currency, currencyDisplay: 'narrowSymbol' }, percent: {}, number: {} }[data.unit || 'number'];
    const sign = data.unit === 'percent' ? '%' : '';
    const make = (options) => {
      const format = new Intl.NumberFormat(language, Object.assign({}, base, options));
      return (value) => (value == null ? '–' : format.format(value).replace('-', '−') + sign);
    };
    return {
      axis: make({ notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }),
      exact: data.digits == null ? make({ maximumFractionDigits: 2 }) : make({ minimumFractionDigits: data.digits, maximumFractionDigits: data.digits }),
      rough: make({ minimumFractionDigits: 0, maximumFractionDigits: 20, maximumSignificantDigits: 3 }),
    };
  }

  function xAxis(tone, data, extra) {
    const ticks = data.ticks || data.labels;
    return Object.assign({
      type: 'category', boundaryGap: false, data: data.labels, axisTick: { show: false },
      axisLine: { lineStyle: { color: tone['border-2'] } },
      axisLabel: { color: tone['text-3'], fontSize: 11, fontFamily: tone.font, margin: 10, hideOverlap: true, formatter: (label, at) => ticks[at], interval: 'auto', showMinLabel: true },
      axisPointer: { show: true, type: 'line', lineStyle: { color: tone['text-3'], width: 1, type: 'solid' }, label: { show: false } },
    }, extra);
  }
  function yAxis(tone, format, extra) {
    return Object.assign({
      type: 'value', splitNumber: 4, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: tone['text-3'], fontSize: 11, fontFamily: tone.font, formatter: format.axis, margin: 8 },
      splitLine: { lineStyle: { color: tone.grid } },
    }, extra);
  }
  const grid = { left: 4, right: 22, top: 26, bottom: 4, containLabel: true };

  function hidden(stack, values) {
    return { type: 'line', stack: stack, data: values, symbol: 'none', lineStyle: { width: 0 }, silent: true, stackStrategy: 'all', emphasis: { disabled: true } };
  }
  /* a band is drawn as its lower edge, unseen, and its height stacked on top */
  function band(rows, from, low, high, colour, share, name, anchor) {
    const lows = new Array(from).fill(null);
    const heights = new Array(from).fill(null);
    if (anchor != null && from > 0) { lows[from - 1] = anchor; heights[from - 1] = 0; }
    rows.forEach((row) => { lows.push(row ? row[low] : null); heights.push(row ? row[high] - row[low] : null); });
    return [hidden(name, lows), Object.assign(hidden(name, heights), { areaStyle: { color: alpha(colour, share), origin: 'start' } })];
  }
  function upright(tone, at, label, colour) {
    return {
      xAxis: at, lineStyle: { color: colour, width: 1, type: [2, 3] },
      label: { show: Boolean(label), formatter: label, position: 'end', distance: 4, color: tone['text-2'], fontSize: 11, fontFamily: tone.font, fontWeight: 500 },
    };
  }
  function marks(tone, data, today) {
    const lines = (data.events || []).map((event) => upright(tone, event.at, event.label, event.limit ? tone.limit : tone['text-3']));
    if (data.today && today >= 0) lines.push(upright(tone, today, data.today, tone['text-2']));
    return { silent: true, symbol: 'none', animation: false, data: lines };
  }

  const KINDS = {
    fan(tone, data, say) {
      const format = formats(data);
      const actual = data.actual || [];
      const count = actual.length;
      const last = count ? actual[count - 1] : null;
      const shares = tone.dark ? [0.16, 0.20, 0.30] : [0.11, 0.15, 0.24];
      let series = [];
      if (data.then) {
        series = series.concat(band(data.then, 0, 0, 2, tone.then, 0.17, 'then'));
        series.push({ type: 'line', data: data.then.map((row) => (row ? row[1] : null)), symbol: 'none', lineStyle: { color: tone.then, width: 1.25, type: [2, 2] }, z: 3, silent: true });
      }
      if (data.compare) series.push({ type: 'line', data: data.compare, symbol: 'none', lineStyle: { color: tone.compare, width: 1.25 }, z: 2, silent: true });
      series = series.concat(
        band(data.fan, count, 0, 6, tone.own, shares[0], 'b95', last),
        band(data.fan, count, 1, 5, tone.own, shares[1], 'b80', last),
        band(data.fan, count, 2, 4, tone.own, shares[2], 'b50', last),
      );
      const middle = new Array(Math.max(0, count - 1)).fill(null);
      if (count) middle.push(last);
      data.fan.forEach((row) => middle.push(row[3]));
      const line = { type: 'line', data: middle, symbol: 'none', lineStyle: { color: tone.own, width: 1.75, type: [5, 4] }, z: 5, emphasis: { disabled: true }, markLine: marks(tone, data, count - 1) };
      if (data.window) line.markArea = { silent: true, itemStyle: { color: alpha(tone.limit, tone.dark ? 0.16 : 0.08) }, data: [[{ xAxis: data.window[0] }, { xAxis: data.window[1] }]] };
      series.push(line);
      if (count) series.push({ type: 'line', data: actual, symbol: 'none', lineStyle: { color: tone.own, width: 2 }, z: 6, emphasis: { disabled: true } });
      return {
        option: { grid: grid, xAxis: xAxis(tone, data), yAxis: yAxis(tone, format, { min: 0 }), series: series },
        start: count - 1,
        read(at) {
          const rows = [];
          if (at < count) rows.push([say.actual, format.exact(actual[at])]);
          else {
            const row = data.fan[at - count];
            rows.push([say.forecast, format.rough(row[3])]);
            rows.push([say.eight, format.rough(row[1]) + say.to + format.rough(row[5])]);
            rows.push([say.even, format.rough(row[2]) + say.to + format.rough(row[4])]);
          }
          const past = data.then && data.then[at];
          if (past) rows.push([say.then, format.rough(past[0]) + say.to + format.rough(past[2])]);
          if (data.compare && data.compare[at] != null) rows.push([say.compare, format.exact(data.compare[at])]);
          return rows;
        },
      };
    },
    line(tone, data) {
      const format = formats(data);
      const series = data.series.map((one, at) => ({
        name: one.name, type: 'line', data: one.values, symbol: 'none', z: 6 - at, emphasis: { disabled: true },
        lineStyle: { color: tone[one.role || 'own'], width: one.role === 'compare' ? 1.25 : 2 },
        markLine: at === 0 ? marks(tone, data, -1) : undefined,
      }));
      return {
        option: { grid: grid, xAxis: xAxis(tone, data), yAxis: yAxis(tone, format, { min: data.floating ? null : 0, scale: Boolean(data.floating) }), series: series },
        start: data.labels.length - 1,
        read: (at) => data.series.map((one) => [one.name, format.exact(one.values[at])]),
      };
    },
    bar(tone, data) {
      const format = formats(data);
      const series = data.series.map((one) => ({
        name: one.name, type: 'bar', data: one.values, stack: data.stacked ? 'all' : undefined, barMaxWidth: 28,
        itemStyle: { color: tone[one.role || 'own'], borderRadius: data.stacked ? 0 : [3, 3, 0, 0] }, emphasis: { disabled: true },
      }));
      return {
        option: { grid: grid, xAxis: xAxis(tone, data, { boundaryGap: true }), yAxis: yAxis(tone, format, { min: 0 }), series: series },
        start: data.labels.length - 1,
        read: (at) => data.series.map((one) => [one.name, format.exact(one.values[at])]),
      };
    },
    /* above the whole market, ahead of now under a veil; below the own share enlarged, with its fan */
    share(tone, data, say) {
      const format = formats(data);
      const known = data.known;
      const own = data.series[0].slice(0, known);
      const last = own[known - 1];
      const below = { xAxisIndex: 1, yAxisIndex: 1 };
      const depths = tone.dark ? [0.16, 0.20, 0.30] : [0.11, 0.15, 0.24];
      const top = data.series.length - 1;
      const series = data.series.map((values, at) => ({
        name: data.names[at], type: 'line', stack: 'all', data: values, symbol: 'none', silent: true, z: 2, emphasis: { disabled: true },
        lineStyle: { width: at === 0 ? 2 : 1, color: at === 0 ? tone.own : tone.surface },
        areaStyle: { color: alpha(tone[data.roles[at]], at === 0 ? (tone.dark ? 0.62 : 0.72) : (tone.dark ? 0.46 : 0.34)), origin: 'start' },
        markArea: at === top ? { silent: true, z: 6, itemStyle: { color: alpha(tone.surface, tone.dark ? 0.45 : 0.42) }, data: [[{ xAxis: known - 1 }, { xAxis: data.labels.length - 1 }]] } : undefined,
      }));
      let base = 0;
      const labels = data.series.map((values, at) => {
        const middle = base + values[1] / 2;
        base += values[1];
        return { coord: [1, middle], value: data.names[at] + '  ' + format.exact(values[known - 1]), label: { show: values[1] >= 7, color: at === 0 && !tone.dark ? '#fff' : tone.text, fontWeight: at === 0 ? 600 : 500 } };
      });
      series[top].markPoint = { silent: true, symbol: 'circle', symbolSize: 1, itemStyle: { color: 'transparent' }, z: 10, data: labels, label: { position: 'right', distance: 0, formatter: (point) => point.value, fontSize: 11, fontFamily: tone.font } };
      series[0].markLine = { silent: true, symbol: 'none', z: 9, animation: false, data: [upright(tone, known - 1, data.today, tone['text-2'])] };
      const place = (parts) => parts.map((part) => Object.assign(part, below));
      const middle = new Array(Math.max(0, known - 1)).fill(null).concat([last], data.fan.map((row) => row[3]));
      series.push(
        ...place(band(data.fan, known, 0, 6, tone.own, depths[0], 'b95', last)),
        ...place(band(data.fan, known, 1, 5, tone.own, depths[1], 'b80', last)),
        ...place(band(data.fan, known, 2, 4, tone.own, depths[2], 'b50', last)),
        ...place([
          { type: 'line', data: middle, symbol: 'none', lineStyle: { color: tone.own, width: 1.75, type: [5, 4] }, z: 5, emphasis: { disabled: true } },
          { type: 'line', data: own, symbol: 'none', lineStyle: { color: tone.own, width: 2 }, z: 6, emphasis: { disabled: true }, markLine: { silent: true, symbol: 'none', animation: false, data: [upright(tone, known - 1, '', tone['text-2'])] } },
        ]),
      );
      const edges = own.concat(data.fan.map((row) => row[0]), data.fan.map((row) => row[6]));
      const least = Math.min(...edges);
      const most = Math.max(...edges);
      const room = (most - least) * 0.08;
      return {
        option: {
          grid: [{ left: 48, right: 22, top: 24, height: '50%' }, { left: 48, right: 22, bottom: 26, height: '28%' }],
          axisPointer: { link: [{ xAxisIndex: 'all' }] },
          xAxis: [xAxis(tone, data, { axisLabel: { show: false } }), xAxis(tone, data, { gridIndex: 1 })],
          yAxis: [yAxis(tone, format, { min: 0, max: 100, interval: 25 }), yAxis(tone, format, { gridIndex: 1, scale: true, min: Math.max(0, least - room), max: Math.min(100, most + room), axisLabel: { color: tone['text-3'], fontSize: 11, fontFamily: tone.font, formatter: format.axis, margin: 8, showMinLabel: false, showMaxLabel: false } })],
          series: series,
        },
        start: known - 1,
        read(at) {
          const rows = data.names.map((name, one) => [name, format.exact(data.series[one][at])]);
          if (at >= known) {
            const row = data.fan[at - known];
            rows.push([say.eight, format.rough(row[1]) + say.to + format.rough(row[5])]);
          }
          return rows;
        },
      };
    },
  };

  function mount(node) {
    const data = JSON.parse(document.getElementById(node.dataset.src).textContent);
    const say = node.dataset;
    const words = { actual: say.sayActual, forecast: say.sayForecast, eight: say.sayEight, even: say.sayEven, then: say.sayThen, compare: say.sayCompare, to: say.sayTo };
    const chart = echarts.init(node, null, { renderer: 'canvas' });
    const tip = document.createElement('div');
    tip.className = 'sc-tip';
    tip.hidden = true;
    tip.setAttribute('aria-live', 'polite');
    node.append(tip);
    let current = -1;
    let built = null;

    function draw() {
      const tone = colours();
      built = KINDS[node.dataset.chart](tone, data, words);
      const frame = { animation: false, textStyle: { fontFamily: tone.font }, tooltip: { show: true, trigger: 'axis', showContent: false } };
      chart.setOption(Object.assign(frame, built.option), true);
    }
    function show(at) {
      current = at;
      tip.hidden = at < 0;
      if (at < 0) return;
      const head = document.createElement('b');
      head.textContent = data.labels[at];
      const lines = built.read(at).map((cells) => {
        const line = document.createElement('div');
        line.append(...cells.map((text) => { const cell = document.createElement('span'); cell.textContent = text; return cell; }));
        return line;
      });
      tip.replaceChildren(head, ...lines);
      const x = chart.convertToPixel({ xAxisIndex: 0 }, at);
      const width = tip.offsetWidth;
      const left = x + 12 + width > node.clientWidth ? x - width - 12 : x + 12;
      tip.style.transform = 'translate(' + Math.max(0, left) + 'px, 26px)';
    }
    chart.on('updateAxisPointer', (event) => { const axis = event.axesInfo && event.axesInfo[0]; show(axis ? axis.value : -1); });
    chart.getZr().on('globalout', () => show(-1));
    node.tabIndex = 0;
    node.addEventListener('keydown', (event) => {
      const count = data.labels.length;
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7, Home: -count, End: count }[event.key];
      if (event.key === 'Escape') { show(-1); return; }
      if (!step) return;
      event.preventDefault();
      show(Math.min(count - 1, Math.max(0, (current < 0 ? built.start : current) + step)));
    });
    node.addEventListener('blur', () => show(-1));
    draw();
    charts.push({ node: node, chart: chart, draw: draw });
    new ResizeObserver(() => chart.resize()).observe(node);
  }
  function start(within) {
    for (let at = charts.length - 1; at >= 0; at -= 1) {
      if (!charts[at].node.isConnected) { charts[at].chart.dispose(); charts.splice(at, 1); }
    }
    (within || document).querySelectorAll('[data-chart]:not([data-ready])').forEach((node) => { node.dataset.ready = 'yes'; mount(node); });
  }
  document.addEventListener('DOMContentLoaded', () => document.fonts.ready.then(() => start()));
  document.addEventListener('htmx:afterSettle', () => start());
  new MutationObserver(() => charts.forEach((one) => one.draw())).observe(root, { attributes: true, attributeFilter: ['data-bs-theme'] });
})();
