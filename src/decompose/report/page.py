"""`index.html`: one file with everything in it."""

from __future__ import annotations

from decompose.domain.analysis import Analysis
from decompose.render import render
from decompose.report.encode import encode
from decompose.report.inline import inline
from decompose.report.observed import coverage
from decompose.report.page_data import page_data
from decompose.report.survey import survey

_STYLES = ("report/page.css", "report/parts.css", "report/print.css")
_LIBRARIES = (
    "report/vendor/cytoscape.min.js",
    "report/vendor/layout-base.js",
    "report/vendor/cose-base.js",
    "report/vendor/cytoscape-fcose.js",
)
_SCRIPTS = (
    "report/scripts/dom.js",
    "report/scripts/data.js",
    "report/scripts/search.js",
    "report/scripts/tree.js",
    "report/scripts/panel.js",
    "report/scripts/map-graph.js",
    "report/scripts/map.js",
    "report/scripts/grid.js",
    "report/scripts/matrix.js",
    "report/scripts/structure.js",
    "report/scripts/modules.js",
    "report/scripts/seams.js",
    "report/scripts/tables.js",
    "report/scripts/main.js",
)


def page(analysis: Analysis) -> str:
    """The page, with its data, its styles and its scripts."""
    data = encode(page_data(analysis)).decode()
    return render(
        "report/page.html.j2",
        name=analysis.model.root_name,
        verdict=analysis.verdict,
        services=analysis.partition.services,
        modules=len(analysis.model.modules),
        lines=survey(analysis).total_lines,
        endpoints=len({route.endpoint for route in analysis.model.routes}),
        tables=len(analysis.model.tables),
        seams=len(analysis.seams),
        observed=coverage(analysis),
        data=data,
        styles=tuple(map(inline, _STYLES)),
        scripts=tuple(map(inline, (*_LIBRARIES, *_SCRIPTS))),
    )
