"""The command line: one file per command, and what they share."""

from decompose.cli import analyze, explain, init, scaffold
from decompose.cli.app import app

app.command(name="analyze", epilog=analyze.EXAMPLES)(analyze.analyze)
app.command(name="explain", epilog=explain.EXAMPLES)(explain.explain)
app.command(name="init", epilog=init.EXAMPLES)(init.init)
app.command(name="scaffold", epilog=scaffold.EXAMPLES)(scaffold.scaffold)

__all__ = ["app"]
