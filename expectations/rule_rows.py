"""Expectation of a rule: it holds if its query returns no rows; all rows are part of the result."""

from concurrent.futures import Future
from typing import Any, ClassVar

from pydantic.v1 import PrivateAttr

from expectations.gx import (
    ExecutionEngine,
    ExpectationConfiguration,
    MetricDomainTypes,
    QueryTable,
    SqlAlchemyExecutionEngine,
    UnexpectedRowsExpectation,
    metric_value,
)
from expectations.rule_queries import Rows, begin_query
from expectations.rule_rendering import RuleRendering

ROWS_METRIC = "tonghop.rule_rows"


class RuleRows(QueryTable):
    """All rows of a rule's query, which has begun; the stock metric waits for them and silently stops at 200.

    Great Expectations computes all metrics of a suite before it looks at the first, so that the queries run at once.
    Uses private methods of Great Expectations; `tests/contracts/test_great_expectations.py` lists them.
    """

    metric_name = ROWS_METRIC
    value_keys = ("unexpected_rows_query",)
    query_param_name = "unexpected_rows_query"

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(  # type: ignore[override] # the stock metric has waited for the rows
        cls,  # noqa: N805 # Great Expectations calls it with the class
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],  # noqa: ARG002 # Great Expectations passes it by name
        runtime_configuration: dict[str, Any],  # noqa: ARG002 # Great Expectations passes it by name
    ) -> Future[Rows]:
        batch, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
        query = cls._get_substituted_batch_subquery_from_query_and_batch_selectable(
            query=cls._get_query_from_metric_value_kwargs(metric_value_kwargs),
            batch_selectable=batch,
            execution_engine=execution_engine,
        )
        return begin_query(query)


class ExpectRuleHolds(RuleRendering, UnexpectedRowsExpectation):
    """A rule of the catalogue holds: its query returns no wrong cell."""

    rule_id: str

    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "row_condition", "condition_parser")
    metric_dependencies: ClassVar[tuple[str, ...]] = (ROWS_METRIC,)
    _configuration: ExpectationConfiguration | None = PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """Return the configuration, made once: Great Expectations asks a dozen times for each rule that it evaluates.

        It changes copies only.
        """
        if self._configuration is None:
            self._configuration = super().configuration
        return self._configuration

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field, or the configuration made of all fields, which another value makes invalid."""
        super().__setattr__(name, value)
        if name in self.__fields__:
            self._configuration = None

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002 # Great Expectations passes it by name
        execution_engine: ExecutionEngine[Any] | None = None,  # noqa: ARG002 # Great Expectations passes it by name
    ) -> dict[str, Any]:
        rows: Rows = metrics[ROWS_METRIC].result()
        return {"success": not rows, "result": {"observed_value": len(rows), "details": {"unexpected_rows": rows}}}
