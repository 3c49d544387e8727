"""What the charts of a report's sections are drawn from, as plain values for JSON (static/js/charts.js)."""

from typing import Any

from campaigns.documents import ChartForm, Section


def section_chart(section: Section) -> dict[str, Any]:
    """The chart of `section`, which has one and at least a row."""
    if section.chart is None:
        raise ValueError(f"{section.key} has no chart")
    rows = section.drawn_rows
    names = [str(row[0]) for row in rows]
    lines = [
        {
            "title": section.columns[line.column].label,
            "values": [row[line.column] for row in rows],
            "colour": line.colour,
            "dash": "dashed" if line.is_dashed else "solid",
        }
        for line in section.chart.lines
    ]
    if section.chart.form is ChartForm.LINES:
        return {"kind": "lines", "moments": names, "lines": lines}
    return {"kind": "bars", "names": names, "bars": lines, "isStacked": section.chart.form is ChartForm.STACKED}
