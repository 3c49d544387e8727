// What ECharts is told to draw a flow of people, lines over time, or bars. The words and figures come from the server
// (campaigns/charting.py), the colours from Tabler's variables, so that both themes are Tabler's.
const CHART_OPTIONS = (() => {
  const plain = (palette) => ({
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.ink },
  });

  const tooltip = (palette) => ({
    // Not as HTML: that would bring style attributes, which the content policy refuses.
    renderMode: "richText",
    confine: true,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.ink },
  });

  // Readable also where it stands upon a stream.
  const onStreams = (palette) => ({ color: palette.ink, fontSize: 12, textBorderColor: palette.surface, textBorderWidth: 3 });

  // The ends of the flow have room beside them and little above: their figure stands on the line of their name. What stands
  // right before them has little room beside it: a sentence there has a line for each word.
  const isBeforeEnds = (node, told, goesOn) =>
    goesOn.has(node.name) && told.links.every(({ source, target }) => source !== node.name || !goesOn.has(target));
  const nodeTitle = (node, told, goesOn) => {
    const words = node.title.split(" ");
    return words.length > 2 && isBeforeEnds(node, told, goesOn) ? words.join("\n") : node.title;
  };
  const nodeLabel = (node, told, goesOn, ink) => ({
    show: Boolean(node.title),
    formatter: `${nodeTitle(node, told, goesOn)}${goesOn.has(node.name) ? "\n" : "  "}{figure|${node.figure}}`,
    rich: { figure: { ...ink, fontWeight: "bold" } },
  });

  const flow = (told, palette, ink = onStreams(palette), goesOn = new Set(told.links.map((link) => link.source))) => ({
    ...plain(palette),
    tooltip: { ...tooltip(palette), trigger: "item", formatter: ({ data }) => data.spoken },
    series: [{
      type: "sankey",
      left: 8,
      right: 150,
      top: 12,
      bottom: 12,
      nodeWidth: 12,
      nodeGap: 18,
      draggable: false,
      emphasis: { focus: "adjacency" },
      lineStyle: { color: "gradient", opacity: palette.isDark ? 0.4 : 0.3 },
      label: { ...ink, lineHeight: 16 },
      nodes: told.nodes.map((node) => ({
        ...node,
        cursor: node.address ? "pointer" : "default",
        itemStyle: { color: palette.colour(node.colour), borderWidth: 0, opacity: node.isFaint ? 0.35 : 1 },
        label: nodeLabel(node, told, goesOn, ink),
      })),
      links: told.links,
    }],
  });

  const lines = (told, palette) => ({
    ...plain(palette),
    legend: { top: 8, left: 16, itemWidth: 28, textStyle: { color: palette.ink } },
    grid: { left: 16, right: 24, top: 48, bottom: 12, containLabel: true },
    tooltip: { ...tooltip(palette), trigger: "axis", valueFormatter: palette.number },
    xAxis: {
      type: "category",
      data: told.moments,
      axisLabel: { color: palette.faint, hideOverlap: true },
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      axisLabel: { color: palette.faint, formatter: palette.number },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: told.lines.map((line) => ({
      type: "line",
      name: line.title,
      data: line.values,
      // A single hour would be a line of no length.
      symbol: line.values.length === 1 ? "circle" : "none",
      lineStyle: { width: 2, type: line.dash, color: palette.colour(line.colour) },
      itemStyle: { color: palette.colour(line.colour) },
    })),
  });

  // From the top down in the order of the table; a long name is cut short here, and stands there whole.
  const bars = (told, palette) => ({
    ...plain(palette),
    legend: { top: 8, left: 16, textStyle: { color: palette.ink } },
    grid: { left: 16, right: 24, top: 40, bottom: 12, containLabel: true },
    tooltip: { ...tooltip(palette), trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: palette.number },
    xAxis: {
      type: "value",
      minInterval: 1,
      axisLabel: { color: palette.faint, formatter: palette.number, hideOverlap: true },
      splitLine: { lineStyle: { color: palette.line } },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: told.names,
      axisLabel: { color: palette.ink, width: 150, overflow: "truncate" },
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
    },
    series: told.bars.map((bar) => ({
      type: "bar",
      name: bar.title,
      data: bar.values,
      stack: told.isStacked ? "all" : null,
      barMaxWidth: 18,
      itemStyle: { color: palette.colour(bar.colour) },
    })),
  });

  return { bars, flow, lines };
})();
