"""The command line: one file per command, and what they share."""

from decompose.cli import analyze, explain, init, scaffold, trace, verify
from decompose.cli.app import app

app.command(name="analyze", epilog=analyze.EXAMPLES)(analyze.analyze)
app.command(name="explain", epilog=explain.EXAMPLES)(explain.explain)
app.command(name="init", epilog=init.EXAMPLES)(init.init)
app.command(name="scaffold", epilog=scaffold.EXAMPLES)(scaffold.scaffold)
app.command(
    name="trace",
    epilog=trace.EXAMPLES,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": False},
)(trace.trace)
app.command(name="verify", epilog=verify.EXAMPLES)(verify.verify)

__all__ = ["app"]
