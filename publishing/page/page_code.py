"""Python that Jinja makes of the pages' templates: the same as its own, in fewer steps for what pages do most."""

import re
from typing import Final

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

from domain.texts import visible, visible_value

CODE: Final = 2
"""Version of the code that is made: code of another one is not read."""
_FUNCTIONS: Final = frozenset({"t", "p", "bar_of", "attainment_badge", "state_of", "coverage", "verdict_of"})
"""Names of functions and macros in templates that are called for each row: none of them wants Jinja's context."""
_FORMATTERS: Final = frozenset({"formatter", "f", "bars"})
"""Names of formatters in templates, whose methods do not want it either."""
_MARKED: Final = re.compile("[&<>'\"]")


def printed(value: object) -> str:
    """Return a value as escaped templates print it: what Jinja's `escape` makes of its `visible_value`."""
    if type(value) is str:
        if value.isprintable() and not _MARKED.search(value):
            return value
        return str(escape(visible(value)))
    return value if type(value) is Markup else str(escape(visible_value(value)))


class _PageCode(CodeGenerator):
    """Code that prints values by one function instead of three, and calls functions of texts directly.

    Jinja asks of each function that is called what it wants besides its arguments: a tenth of the time of a page.
    """

    def visit_Call(  # noqa: N802 # Jinja's name
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002 # as Jinja has it
    ) -> None:
        """Write a call."""
        if not _is_plain(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if _is_escaped(frame):
            self.write("environment.printed(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if _is_escaped(frame):
            self.write(")")
        else:
            super()._output_child_post(node, frame, finalize)


class PageEnvironment(Environment):
    """Environment of pages, whose templates are compiled to `_PageCode`."""

    code_generator_class = _PageCode
    printed = staticmethod(printed)


def _is_plain(node: nodes.Call) -> bool:
    callee = node.node
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return False
    if isinstance(callee, nodes.Getattr):
        return isinstance(callee.node, nodes.Name) and callee.node.name in _FORMATTERS
    return isinstance(callee, nodes.Name) and callee.name in _FUNCTIONS


def _is_escaped(frame: Frame) -> bool:
    return bool(frame.eval_ctx.autoescape) and not frame.eval_ctx.volatile
