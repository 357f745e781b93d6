-- The way down from each current figure: one row per cell that entered it, with file, sheet and address; not of archived periods.
SELECT
    r.area_code AS area,                     -- Code of the area, or id of an area that an officer defined
    r.area_valid_from,                       -- First day on which the code means this area
    r.form,                                  -- Id of the form
    r.period,                                -- Period of the figure
    r.boundary,                              -- as_then or as_now
    r.number AS revision,                    -- Number of the revision
    c.indicator,                             -- Code of the indicator
    c.period AS reported_period,             -- Period of the report that gives it: a month of the quarter
    c.unit_code AS unit,                     -- Code of the unit that reported
    c.unit_valid_from,                       -- First day on which the code means this unit
    u.name AS unit_name,                     -- Its name then, with its kind
    CASE WHEN o.unit_code <> c.unit_code THEN o.unit_code END AS village, -- Code of the village; empty for the unit's own figure
    exact(o.numerator) AS numerator,         -- What the cell says
    exact(o.denominator) AS denominator,     -- What the cell of the denominator says
    exact(c.weight) AS weight,               -- Stated share of it that belongs to the area; empty: all of it
    o.sheet,                                 -- Sheet of the workbook
    o.cell,                                  -- Cell of the numerator
    o.denominator_cell,                      -- Cell of the denominator
    s.file_name,                             -- Name of the file
    s.sha256,                                -- Fingerprint of its bytes
    s.state,                                 -- State of the submission now: any but accepted means that a rollup is due, or waits for a closed period
    s.id AS submission_id,                   -- Number of the submission
    o.indicator AS cell_indicator            -- Indicator that the cell is of: a part of a derived one, else the same
FROM rollup_revision AS r
JOIN rollup_source AS k ON k.revision_id = r.id
JOIN rollup_contribution AS c ON c.revision_id = k.stored_by AND c.above_code = k.above_code
JOIN rollup_unit AS w ON w.revision_id = r.id AND w.period = c.period AND w.unit_code = c.unit_code
JOIN submission AS s ON s.id = c.submission_id
JOIN indicator AS i ON i.id = c.indicator
LEFT JOIN rollup_part AS p ON p.revision_id = r.id AND p.indicator = c.indicator
JOIN observation AS o ON o.submission_id = c.submission_id AND o.indicator = COALESCE(p.part, c.indicator)
    AND (CASE WHEN i.collected_at = 'village' THEN o.unit_code <> c.unit_code ELSE o.unit_code = c.unit_code END)
    AND (w.whole OR c.weight IS NOT NULL OR holds(w.villages, o.unit_code))
    AND o.numerator IS NOT NULL
    AND (o.denominator IS NOT NULL OR (o.denominator_state IS NULL AND i.measure = 'count'))
LEFT JOIN org_unit AS u ON u.code = c.unit_code AND u.valid_from = c.unit_valid_from
WHERE NOT EXISTS (
    SELECT 1 FROM rollup_revision AS later
    WHERE later.area_code = r.area_code AND later.area_valid_from = r.area_valid_from AND later.form = r.form
      AND later.period = r.period AND later.boundary = r.boundary AND later.number > r.number
)
