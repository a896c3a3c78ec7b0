"""`python -m decompose`, and the `decompose` command."""

from decompose.cli import app


def main() -> None:
    """Runs the command line; ends the process with an ExitCode."""
    app(prog_name="decompose")


if __name__ == "__main__":
    main()
