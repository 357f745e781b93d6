"""All acts of the desk by their ids."""

from collections.abc import Mapping
from typing import Final

from web.desk.acts.act import Act
from web.desk.acts.figure_acts import FIGURE_ACTS
from web.desk.acts.office_acts import OFFICE_ACTS
from web.desk.acts.report_acts import REPORT_ACTS
from web.desk.acts.unit_acts import UNIT_ACTS

ACTS: Final[Mapping[str, Act]] = {act.id: act for act in (*REPORT_ACTS, *FIGURE_ACTS, *UNIT_ACTS, *OFFICE_ACTS)}
