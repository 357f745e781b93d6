"""A report uses the version of its form that is in force on the last day of its period."""

from domain.staging import SUBMISSIONS
from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    return Query(
        where="t.layout_version <> t.layout_in_force",
        indicator="NULL",
        village="''",
        cell="NULL",
        found="t.layout_version",
        expected="t.layout_in_force",
        facts={"period": "t.period"},
    )


KIND = RuleKind(query=_query, table=SUBMISSIONS)
