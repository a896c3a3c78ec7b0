"""Hooks, error handlers, filters, commands, tasks, configuration keys: entries into the code."""

from __future__ import annotations

from decompose.domain.finding import Location
from decompose.domain.model import EntryKind
from decompose.readers.flask.objects import Role, RouterObject
from decompose.readers.flask.views import wrapped
from decompose.resolve.attributes import make_site
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundEntry
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind, Value

HOOKS: dict[str, EntryKind] = {
    "before_request": EntryKind.BEFORE_REQUEST,
    "before_app_request": EntryKind.BEFORE_REQUEST,
    "before_first_request": EntryKind.BEFORE_REQUEST,
    "before_app_first_request": EntryKind.BEFORE_REQUEST,
    "url_value_preprocessor": EntryKind.BEFORE_REQUEST,
    "app_url_value_preprocessor": EntryKind.BEFORE_REQUEST,
    "after_request": EntryKind.AFTER_REQUEST,
    "after_app_request": EntryKind.AFTER_REQUEST,
    "teardown_request": EntryKind.TEARDOWN,
    "teardown_app_request": EntryKind.TEARDOWN,
    "teardown_appcontext": EntryKind.TEARDOWN,
    "errorhandler": EntryKind.ERROR_HANDLER,
    "app_errorhandler": EntryKind.ERROR_HANDLER,
    "register_error_handler": EntryKind.ERROR_HANDLER,
    "context_processor": EntryKind.CONTEXT_PROCESSOR,
    "app_context_processor": EntryKind.CONTEXT_PROCESSOR,
    "shell_context_processor": EntryKind.CLI,
    "template_filter": EntryKind.TEMPLATE_FILTER,
    "app_template_filter": EntryKind.TEMPLATE_FILTER,
    "add_template_filter": EntryKind.TEMPLATE_FILTER,
    "add_app_template_filter": EntryKind.TEMPLATE_FILTER,
    "template_test": EntryKind.TEMPLATE_FILTER,
    "app_template_test": EntryKind.TEMPLATE_FILTER,
    "template_global": EntryKind.TEMPLATE_FILTER,
    "app_template_global": EntryKind.TEMPLATE_FILTER,
    "add_template_global": EntryKind.TEMPLATE_FILTER,
    "cli_command": EntryKind.CLI,
}
_WITH_ARGUMENT = frozenset({"errorhandler", "app_errorhandler"})
_APP_WIDE = ("before_app", "after_app", "teardown_app", "app_")
TASK_QUEUES = ("celery", "rq", "huey", "sched", "dramatiq")
_TASK_MAKERS = frozenset({"task", "shared_task", "job", "periodic_task", "scheduled_job"})
_COMMAND_MAKERS = frozenset({"command", "group"})
_TASK_CALLS = frozenset({"delay", "apply_async", "enqueue", "queue", "s", "si"})
_ENQUEUERS = frozenset({"enqueue", "enqueue_in", "enqueue_at", "enqueue_call"})
_SCHEDULES = frozenset({"scheduled_job", "periodic_task"})
_SCHEDULERS = frozenset({"add_job"})


class Hooks:
    """Collects entries; each handler is a value whose activation is an entry point."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.entries: list[FoundEntry] = []
        self.template_functions: list[tuple[str, str, int]] = []
        self.context_processors: list[int] = []

    def register(
        self, router: RouterObject, verb: str, site: CallSite, made: CallSite | None
    ) -> None:
        """`@router.verb`, `router.verb(f)` or, with `made` the first call, `@router.verb(arg)`."""
        kind = HOOKS[verb]
        if made is None and verb in _WITH_ARGUMENT:
            return
        node = self._function_node(verb, site)
        if node is None:
            return
        named = made or site
        names = self.engine.texts(named.argument(-1, "name")) or (
            self._first_texts(named) if made is not None or verb.startswith("register") else []
        )
        label = self._error_names(named) if kind is EntryKind.ERROR_HANDLER else names
        scope = self._scope(router, verb)
        self._watch(node, kind, label, scope, site)
        if kind is EntryKind.CONTEXT_PROCESSOR:
            self.context_processors.append(node)
        elif kind is EntryKind.TEMPLATE_FILTER:
            group = "filter:" if "filter" in verb else "test:" if "test" in verb else ""
            self.template_functions.append((group, names[0] if names else "", node))

    def _function_node(self, verb: str, site: CallSite) -> int | None:
        if verb == "register_error_handler":
            return site.argument(1, "f")
        return site.argument(0, "f")

    def _first_texts(self, site: CallSite) -> list[str]:
        return self.engine.texts(site.argument(0))

    def _error_names(self, site: CallSite) -> list[str]:
        first = site.argument(0)
        if first is None:
            return []
        found = []
        for value in self.engine.held(first):
            if value.kind is Kind.CONSTANT:
                found.append(str(value.data))
            elif value.kind is Kind.CLASS:
                found.append(self.engine.program.definitions[value.index].id)
            elif value.kind is Kind.EXTERNAL:
                found.append(value.name)
        return found[:1]

    def _scope(self, router: RouterObject, verb: str) -> str:
        if router.role is not Role.BLUEPRINT or verb.startswith(_APP_WIDE) or "_app_" in verb:
            return ""
        if router.site is None:
            return ""
        names = self.engine.texts(router.site.argument(0, "name"))
        return names[0] if names else ""

    def _watch(
        self, node: int, kind: EntryKind, names: list[str], scope: str, site: CallSite
    ) -> None:
        path = site.activation.definition.module.facts.path
        where = Location(path=path, line=site.line)

        def add(number: int) -> None:
            if self.engine.values[number].kind not in (Kind.FUNCTION, Kind.BOUND, Kind.CLASS):
                return
            definition = wrapped(self.engine, number)
            self.entries.append(
                FoundEntry(
                    kind=kind,
                    name=names[0] if names else definition.facts.name.rpartition(".")[2],
                    scope=scope,
                    handler=definition.id,
                    handlers=(number,),
                    location=where,
                )
            )

        self.engine.watch(node, add)

    # Commands, tasks, schedules --------------------------------------------------------------

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """Commands and tasks made by decorators, tasks called, jobs scheduled."""
        verb = name.removesuffix("()")
        if name in _ENQUEUERS and self._is_task_maker(held):
            self._enqueue(site)
        if name.endswith("()") and verb in _COMMAND_MAKERS:
            self._made(EntryKind.CLI, held, site)
        elif verb in _TASK_MAKERS and self._is_task_maker(held):
            self._task(name, held, site)
        elif name in _TASK_CALLS:
            self._run_task(held, site)
        elif name in _SCHEDULERS:
            first = site.argument(0)
            if first is not None:
                self._watch(first, EntryKind.SCHEDULE, [], "", site)
        return False

    def _is_task_maker(self, held: Value) -> bool:
        return any(word in held.name.lower() for word in (*TASK_QUEUES, "shared_task"))

    def _made(self, kind: EntryKind, held: Value, site: CallSite) -> None:
        node = site.argument(0)
        if node is None:
            return
        made = self.engine.sites[held.index] if held.index < len(self.engine.sites) else None
        position = 0 if kind is EntryKind.CLI else -1
        names = self.engine.texts(made.argument(position, "name")) if made is not None else []
        self._watch(node, kind, names, "", site)

    def _task(self, name: str, held: Value, site: CallSite) -> None:
        verb = name.removesuffix("()")
        kind = EntryKind.SCHEDULE if verb in _SCHEDULES else EntryKind.TASK
        if name.endswith("()"):
            self._made(kind, held, site)
        elif site.argument(0) is not None:
            self._made(kind, Value(Kind.EXTERNAL, held.name, site.number), site)

    def _enqueue(self, site: CallSite) -> None:
        """`queue.enqueue(function, ...)`; the time comes first in some forms."""
        for node, _ in site.args[:2]:
            self._watch(node, EntryKind.TASK, [], "", site)

    def _run_task(self, held: Value, site: CallSite) -> None:
        """`task.delay(...)` runs the task's function, sooner or later."""
        decorated = self.engine.values[held.link] if held.link >= 0 else None
        if decorated is None or decorated.kind is not Kind.EXTERNAL:
            return
        applied = self.engine.sites[decorated.index]
        function = applied.argument(0)
        if (
            function is not None
            and decorated.name.removesuffix("()").rpartition(".")[2].removesuffix("()")
            in _TASK_MAKERS
        ):
            inner = make_site(self.engine, site.place, site.args, site.kwargs, self.engine.node())
            self.engine.calls.call(function, inner)
