/*! Parts of Apache ECharts and zrender, https://echarts.apache.org: Apache License 2.0 and BSD 3-Clause. */
// The parts of ECharts that static/js/charts.js draws with. scripts/assets.py bundles them, because none of the builds that
// ECharts ships has a Sankey but the one with everything, which is three times as large.
import { BarChart, LineChart, SankeyChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { getInstanceByDom, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, SankeyChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export { getInstanceByDom, init };
