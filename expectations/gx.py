"""What rules, results and pages use of Great Expectations, imported without the rest of it.

All modules take these names from here: whatever comes first would import the whole of it.
"""

from expectations.left_out import without_unused

with without_unused():
    import great_expectations
    from great_expectations import get_context
    from great_expectations.core import (
        ExpectationSuite,
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
        RunIdentifier,
    )
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.datasource.fluent.interfaces import TestConnectionError
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.execution_engine import ExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.core.expect_table_row_count_to_equal import ExpectTableRowCountToEqual
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.query_metrics.query_table.query_table import QueryTable
    from great_expectations.render.components import (
        CollapseContent,
        LegacyDiagnosticRendererType,
        LegacyRendererType,
        RenderedStringTemplateContent,
        RenderedTableContent,
    )
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.renderer.renderer import renderer
    from great_expectations.render.view.view import DefaultJinjaPageView

NAME = great_expectations.__name__
VERSION = great_expectations.__version__

__all__ = [
    "NAME",
    "VERSION",
    "CollapseContent",
    "DataContextConfig",
    "DefaultJinjaPageView",
    "ExecutionEngine",
    "ExpectTableRowCountToEqual",
    "Expectation",
    "ExpectationConfiguration",
    "ExpectationSuite",
    "ExpectationSuiteValidationResult",
    "ExpectationValidationResult",
    "FailureSeverity",
    "InMemoryStoreBackendDefaults",
    "LegacyDiagnosticRendererType",
    "LegacyRendererType",
    "MetricDomainTypes",
    "ProgressBarsConfig",
    "QueryTable",
    "RenderedStringTemplateContent",
    "RenderedTableContent",
    "RunIdentifier",
    "SQLDatasource",
    "SqlAlchemyExecutionEngine",
    "TestConnectionError",
    "UnexpectedRowsExpectation",
    "ValidationResultsPageRenderer",
    "get_context",
    "metric_value",
    "renderer",
]
