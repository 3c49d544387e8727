// <div data-chart="id of a script of JSON"> is drawn by ECharts, and drawn again when its figures, its size or the
// theme change. htmx keeps the element while the page around it is replaced, so that nothing flickers.
(() => {
  const root = document.documentElement;
  const shown = new Map();

  // Tabler writes colours in ways that a canvas does not read: they are painted, and read back.
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = (colour) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = colour;
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    probe.remove();
    const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
  };

  const palette = () => {
    const value = (name) => painted(`var(--tblr-${name})`);
    const numbers = new Intl.NumberFormat(root.lang);
    return {
      isDark: root.dataset.bsTheme === "dark",
      font: getComputedStyle(document.body).fontFamily,
      ink: value("body-color"),
      faint: value("secondary"),
      line: value("border-color"),
      surface: value("bg-surface"),
      colour: (name) => value(name || "body-color"),
      number: (figure) => numbers.format(figure),
    };
  };

  const draw = (place) => {
    const text = document.getElementById(place.dataset.chart)?.textContent;
    const look = `${root.dataset.bsTheme} ${text}`;
    if (!text || shown.get(place)?.look === look) return;
    const told = JSON.parse(text);
    const chart = shown.get(place)?.chart || open(place);
    chart.setOption(CHART_OPTIONS[told.kind](told, palette()), { notMerge: true });
    shown.set(place, { chart, look });
  };

  const open = (place) => {
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.on("click", ({ data }) => {
      if (data.address) location.assign(data.address);
    });
    sizes.observe(place);
    return chart;
  };

  const sizes = new ResizeObserver((changes) => {
    for (const { target } of changes) shown.get(target)?.chart.resize();
  });

  const close = (place) => {
    sizes.unobserve(place);
    shown.get(place).chart.dispose();
    shown.delete(place);
  };

  const drawAll = () => {
    for (const place of [...shown.keys()].filter((each) => !each.isConnected)) close(place);
    for (const place of document.querySelectorAll("[data-chart]")) draw(place);
  };

  drawAll();
  root.addEventListener("theme", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
})();
