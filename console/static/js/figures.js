// Draws the charts of a page of figures from the data beside them. The tables say the same; a click leads to the cases.
/* global echarts */
const SIZE = 12;
const LABEL_WIDTH = 168;
const LABEL_WIDTH_NARROW = 104;
const NARROW = 560;
const FEW_NAMES = 8;
const STRIPES = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 };
const charts = new Map();

// Colours are those of the theme, and what stands beside another has a pattern as well.
function theme() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  const tones = {
    good: { color: token("--accent-line") },
    main: { color: token("--accent") },
    bad: { color: token("--red"), decal: { ...STRIPES, color: token("--surface") } },
    soft: { color: token("--accent-line"), decal: { ...STRIPES, color: token("--surface") } },
  };
  return { ink: token("--ink"), faint: token("--ink-3"), line: token("--line"), surface: token("--raised"), mark: token("--amber"), sans: token("--sans"), tones };
}

const percent = (value) => `${Math.round(value * 100)}%`;

function base(spec, look) {
  const text = { color: look.ink, fontFamily: look.sans, fontSize: SIZE };
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: text,
    legend: { show: spec.series.length > 1, top: 0, left: 0, itemWidth: 16, itemHeight: 10, textStyle: text, selectedMode: false },
    // Not as HTML: that would need styles inline, which the content policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" }, backgroundColor: look.surface, borderColor: look.line, textStyle: text },
    grid: { top: spec.series.length > 1 ? 34 : 14, left: 8, right: 24, bottom: 8, containLabel: true },
  };
}

function names(spec, look, more = {}) {
  return { type: "category", data: spec.names, axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } }, axisLabel: { color: look.ink, fontFamily: look.sans, fontSize: SIZE, ...more } };
}

function values(look, more = {}) {
  return { type: "value", minInterval: 1, splitLine: { lineStyle: { color: look.line } }, axisLabel: { color: look.faint, fontFamily: look.sans, fontSize: SIZE }, ...more };
}

function bar(series, look, more = {}) {
  return { type: "bar", name: series.name, data: series.values, itemStyle: look.tones[series.tone], barMaxWidth: 22, cursor: "pointer", emphasis: { disabled: true }, ...more };
}

function limit(spec, look, text) {
  if (!spec.line) return undefined;
  return { silent: true, symbol: "none", lineStyle: { color: look.mark, type: "dashed" }, data: [{ yAxis: spec.line.value }], label: { formatter: text, position: "insideEndTop", color: look.ink, fontFamily: look.sans, fontSize: SIZE } };
}

// Bars that lie: kept and missed as parts of the whole, or first cases and repeats as they are.
function lying(spec, look, width) {
  const isShare = spec.form === "shares";
  const sums = spec.names.map((_, at) => spec.series.reduce((sum, each) => sum + each.values[at], 0));
  const series = spec.series.map((each, index) => {
    const data = isShare ? each.values.map((value, at) => value / sums[at]) : each.values;
    const isLast = index === spec.series.length - 1;
    const label = isShare && index === 0 ? { show: true, position: "insideLeft", color: look.ink, fontFamily: look.sans, fontSize: SIZE, formatter: (at) => spec.labels[at.dataIndex] } : { show: false };
    return bar({ ...each, values: data }, look, { stack: "all", label, barCategoryGap: "36%", z: isLast ? 2 : 3 });
  });
  const label = width < NARROW ? LABEL_WIDTH_NARROW : LABEL_WIDTH;
  const value = isShare ? values(look, { max: 1, minInterval: undefined }) : values(look);
  if (isShare) value.axisLabel.formatter = percent;
  const option = { ...base(spec, look), xAxis: value, yAxis: { ...names(spec, look, { width: label, overflow: "truncate" }), inverse: true }, series };
  option.tooltip.formatter = (points) => [points[0].name, ...points.map((point) => `${point.seriesName}: ${spec.series[point.seriesIndex].values[point.dataIndex]}`)].join("\n");
  return option;
}

function columns(spec, look, width) {
  const marks = new Set(spec.marks ?? []);
  const series = spec.series.map((each, index) => {
    const data = each.values.map((value, at) => (marks.has(at) ? { value, itemStyle: { color: look.mark, decal: { ...STRIPES, color: look.surface } }, label: { show: true, position: "top", color: look.ink, fontFamily: look.sans, fontSize: SIZE, formatter: `▲ ${spec.mark}` } } : value));
    return bar({ ...each, values: data }, look, index === 0 ? { markLine: limit(spec, look, spec.line?.name) } : {});
  });
  const tallest = Math.max(...spec.series.flatMap((each) => each.values));
  const max = spec.line && spec.line.value > tallest ? Math.ceil(spec.line.value * 1.1) : undefined;
  const few = { interval: 0, overflow: "break", width: Math.floor((width * 0.8) / spec.names.length) };
  const axis = names(spec, look, spec.names.length <= FEW_NAMES ? few : { hideOverlap: true });
  return { ...base(spec, look), xAxis: axis, yAxis: values(look, { max }), series };
}

function pareto(spec, look) {
  const [cases, sum] = spec.series;
  const shares = values(look, { min: 0, max: 1, minInterval: undefined, splitLine: { show: false } });
  shares.axisLabel.formatter = percent;
  const line = { type: "line", name: sum.name, data: sum.values, yAxisIndex: 1, symbolSize: 6, lineStyle: { color: look.ink }, itemStyle: { color: look.ink }, emphasis: { disabled: true }, markLine: limit(spec, look, spec.line.name) };
  const option = { ...base(spec, look), xAxis: names(spec, look, { interval: 0, overflow: "truncate", width: 72 }), yAxis: [values(look), shares], series: [bar(cases, look, { barMaxWidth: 48 }), line] };
  option.tooltip.formatter = (points) => [points[0].name, ...points.map((point) => `${point.seriesName}: ${point.seriesIndex ? percent(point.value) : point.value}`)].join("\n");
  return option;
}

const forms = { shares: lying, stack: lying, columns, pareto };

function draw(place) {
  const spec = JSON.parse(document.getElementById(`${place.dataset.chart}-chart`).textContent);
  const chart = charts.get(place) ?? echarts.init(place, null, { renderer: "svg" });
  chart.setOption(forms[spec.form](spec, theme(), place.clientWidth), { notMerge: true });
  if (!charts.has(place)) {
    chart.on("click", (point) => {
      const address = spec.links?.[point.dataIndex];
      if (address) window.location.assign(address);
    });
    charts.set(place, chart);
  }
  place.dataset.drawn = "";
}

function drawAll() {
  for (const place of document.querySelectorAll("[data-chart]")) draw(place);
}

drawAll();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    charts.get(target)?.resize();
    draw(target);
  }
});
for (const place of charts.keys()) sizes.observe(place);
