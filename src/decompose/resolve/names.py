"""Which node a name means: local, enclosing, module, star import, template context, builtin."""

from __future__ import annotations

import builtins
from sys import intern

from decompose.resolve.engine import Engine
from decompose.resolve.program import ModuleEntry
from decompose.resolve.sites import Activation
from decompose.resolve.values import Kind, Value

_BUILTINS = frozenset(dir(builtins))


def binding(engine: Engine, activation: Activation, target: str) -> int:
    """The node that an assignment to `target` (a versioned name) writes."""
    name, _, version = target.partition("@")
    definition = activation.definition
    if name not in definition.versions:  # declared global or nonlocal
        outer = owner(activation, name) or module_activation(engine, activation)
        return variable(engine, outer, name)
    whole = variable(engine, activation, name)
    if not version or definition.versions[name] == 1:
        return whole
    node = variable(engine, activation, target)
    engine.edge(node, whole)
    return node


def variable(engine: Engine, activation: Activation, name: str) -> int:
    """The node of one variable of an activation."""
    node = activation.variables.get(name)
    if node is None:
        node = activation.variables[intern(name)] = engine.node()
    return node


def lookup(engine: Engine, activation: Activation, name: str) -> int:
    """The node that a read of `name` (versioned or not) sees."""
    bare, _, version = name.partition("@") if not name.startswith("@") else (name, "", "")
    versions = activation.definition.versions
    if bare in versions:
        if version and versions[bare] > 1:
            return variable(engine, activation, name)
        if not version and activation.definition.facts.kind == "class":
            return _class_or_outer(engine, activation, bare)
        return variable(engine, activation, bare)
    return _outer(engine, activation, bare)


def _class_or_outer(engine: Engine, activation: Activation, bare: str) -> int:
    """A name that a class body may not have bound yet: until then the one outside is meant."""
    node = engine.node()
    engine.edge(variable(engine, activation, bare), node)
    engine.edge(_outer(engine, activation, bare), node)
    return node


def _outer(engine: Engine, activation: Activation, bare: str) -> int:
    """The node that a name means which a scope does not bind itself."""
    holder = owner(activation, bare)
    if holder is not None:
        return variable(engine, holder, bare)
    return _free(engine, activation, bare)


def owner(activation: Activation, name: str) -> Activation | None:
    """The enclosing activation that binds `name`; class bodies are not seen from inside."""
    outer = activation.parent
    while outer is not None:
        if outer.definition.facts.kind != "class" and name in outer.definition.versions:
            return outer
        outer = outer.parent
    return None


def is_variable(activation: Activation, name: str) -> bool:
    """Whether a function (or one around it) binds `name`, and neither imports nor defines it."""
    here = name in activation.definition.versions
    holder = activation if here else owner(activation, name)
    if holder is None or holder.definition.facts.kind != "function":
        return False
    return name not in holder.definition.named


def module_activation(engine: Engine, activation: Activation) -> Activation:
    """The activation of the module that an activation's code stands in."""
    return engine.activation(activation.definition.module.definitions[0], None)


def global_node(engine: Engine, module: str, name: str) -> int | None:
    """The node of a module's global of ours, through star imports; None if it has none."""
    entry = engine.program.modules.get(module)
    if entry is None or not entry.definitions:
        return None
    if name in entry.definitions[0].versions:
        return variable(engine, engine.activation(entry.definitions[0], None), name)
    star = engine.program.star_source(entry, name)
    return global_node(engine, star, name) if star is not None else None


def _free(engine: Engine, activation: Activation, name: str) -> int:
    entry = activation.definition.module
    root = module_activation(engine, activation)
    if entry.facts.language == "jinja":
        return context_variable(engine, root, name)
    if name in root.variables:
        return root.variables[name]
    node = variable(engine, root, name)
    star = engine.program.star_source(entry, name)
    inherited = global_node(engine, star, name) if star is not None else None
    if inherited is not None:
        engine.edge(inherited, node)
    elif name in _BUILTINS:
        engine.add(node, engine.external(f"builtins.{name}"))
    elif name in ("__name__", "__file__"):
        engine.add(node, engine.literal(entry.facts.name))
    else:
        _from_external_stars(engine, entry, node, name)
    return node


def _from_external_stars(engine: Engine, entry: ModuleEntry, node: int, name: str) -> None:
    for star in engine.program.external_stars(entry):
        engine.add_external(node, f"{star}.{name}")
    if name.startswith("@"):
        engine.add(node, engine.external(name))


def context_variable(engine: Engine, template: Activation, name: str) -> int:
    """The node of a template's free variable: what it is rendered with, or what it inherits."""
    node = template.variables.get(name)
    if node is not None:
        return node
    node = variable(engine, template, name)
    if name.startswith(("@", "filter:", "test:")):
        engine.add(node, engine.external(f"jinja.{name}"))
    for library in engine.libraries:
        provided = library.variable(template, name)
        if provided is not None:
            engine.edge(provided, node)
    for source in template.sources:
        engine.edge(context_variable(engine, source, name), node)
    return node


def share_context(engine: Engine, source: Activation, target: Activation) -> None:
    """Let `target` (an included or extended template) see what `source` is rendered with."""
    if source is target or source in target.sources:
        return
    target.sources = (*target.sources, source)
    for name in list(target.variables):
        if name not in target.definition.versions:
            engine.edge(context_variable(engine, source, name), target.variables[name])


def import_module(engine: Engine, name: str, node: int) -> None:
    """Let `node` hold the module `name`, ours or a library's."""
    if engine.program.is_module(name):
        engine.add(node, engine.values.number(Value(Kind.MODULE, name)))
    else:
        engine.add_external(node, name)


def import_name(engine: Engine, module: str, name: str, node: int) -> None:
    """Let `node` hold what `from module import name` gives."""
    source = global_node(engine, module, name)
    if source is not None:
        engine.edge(source, node)
    submodule = f"{module}.{name}"
    if engine.program.is_module(submodule):
        engine.add(node, engine.values.number(Value(Kind.MODULE, submodule)))
    elif source is None:
        engine.add_external(node, submodule)
