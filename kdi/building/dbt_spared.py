"""What of dbt's own work a build is spared: half of the processor time that dbt takes on a small one.

Nothing of it changes what dbt makes or says. All are patches of dbt-core 1.11, and fall away where dbt does so itself.
"""

from types import CodeType
from typing import Any


def spare() -> None:
    """Let dbt in this process, and in its forks, make only messages that are read and compile a template once."""
    _events_become_messages_when_read()
    _events_that_no_log_has_are_not_read()
    _templates_are_compiled_once()


def spare_the_manifest() -> None:
    """Let a run not write the manifest, which is the project's, with what it compiled beside it."""
    from dbt.task import runnable

    runnable.write_manifest = lambda *_: None


def _events_become_messages_when_read() -> None:
    """An event would make its message, checked field by field, before anybody asks for it."""
    from dbt_common.events.base_types import BaseEvent

    make = BaseEvent.__init__

    def keep(self: BaseEvent, *arguments: Any, **fields: Any) -> None:
        self.__dict__["fields"] = arguments, fields

    def read(self: BaseEvent, name: str) -> Any:
        if name != "pb_msg":
            return getattr(self.pb_msg, name)
        arguments, fields = self.__dict__["fields"]
        make(self, *arguments, **fields)
        return self.__dict__["pb_msg"]

    BaseEvent.__init__, BaseEvent.__getattr__ = keep, read  # type: ignore[method-assign]


def _events_that_no_log_has_are_not_read() -> None:
    """dbt makes a line of JSON of each event before it asks whether any log has that level."""
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    detail = (EventLevel.TEST, EventLevel.DEBUG)

    class Asking(EventManager):
        def fire_event(
            self,
            e: BaseEvent,
            level: EventLevel | None = None,
            node: Any = None,
            force_warn_or_error_handling: bool = False,
        ) -> None:
            if (level or e.level_tag()) not in detail or any(logger.level in detail for logger in self.loggers):
                super().fire_event(e, level, node, force_warn_or_error_handling)

    ctx_set_event_manager(Asking())


def _templates_are_compiled_once() -> None:
    """The Jinja of a model is compiled for each run of it, and of a macro in each process."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    compile_anew = MacroFuzzEnvironment.compile
    compiled: dict[tuple[type, str], CodeType] = {}

    def compile_once(self: MacroFuzzEnvironment, source: Any, *arguments: Any, **options: Any) -> Any:
        if arguments or options or not isinstance(source, str):
            return compile_anew(self, source, *arguments, **options)
        known = type(self), source
        if known not in compiled:
            compiled[known] = compile_anew(self, source)
        return compiled[known]

    MacroFuzzEnvironment.compile = compile_once  # type: ignore[method-assign, assignment]


def compile_templates(manifest: Any) -> None:
    """Compile the models and tests of a parsed project."""
    from dbt_common.clients.jinja import get_environment

    for node in manifest.nodes.values():
        get_environment(node).compile(node.raw_code)
