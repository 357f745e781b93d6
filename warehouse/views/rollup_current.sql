-- The newest figures of every area, form, period and boundary: one row per indicator.
SELECT
    r.area_code AS area,                     -- Code of the area, or id of an area that an officer defined
    r.area_valid_from,                       -- First day on which the code means this area: codes are reused
    r.area_name,                             -- Name of the area
    r.form,                                  -- Id of the form
    r.period,                                -- 2025-05, 2025-Q2, 2025-H1 or 2025
    r.boundary,                              -- as_then or as_now: on whose boundaries the figure is made
    i.theme,                                 -- Theme of the indicator
    f.indicator,                             -- Code of the indicator
    i.name_vi AS indicator_name_vi,          -- Its name in Vietnamese
    i.name_en AS indicator_name_en,          -- Its name in English
    i.unit_vi AS unit,                       -- What the value is counted in
    exact(f.value) AS value,                 -- The figure: a percentage with two decimals, or a count; empty when not comparable, when nothing was given, or out of zero
    exact(f.numerator) AS numerator,         -- Sum of the numerators of the units that gave the whole figure
    exact(f.denominator) AS denominator,     -- Sum of their denominators; empty for a count
    f.denominator_kind,                      -- What the denominator counts; figures of different kinds are never compared
    exact(f.target) AS target,               -- What a document promises for the year, if one does
    f.target_assumed,                        -- Whether that document could not be read
    CASE WHEN f.target_assumed THEN NULL ELSE f.attained END AS attained,  -- Whether the value reaches the target; empty where that is assumed
    f.units_expected,                        -- Units that owe the figure
    f.units_accepted,                        -- Units whose figure entered it
    f.units_late,                            -- Units whose first report came after the deadline
    f.units_missing,                         -- Units whose figure is still to come
    f.status,                                -- complete, partial or not_comparable
    f.notes,                                 -- What has to be known beside the figure, in Vietnamese
    f.position,                              -- Place of the indicator in the report
    r.number AS revision,                    -- Number of the revision
    r.published_at,                          -- When the revision was made, in UTC
    r.run_id,                                -- The run that made it
    r.finality                               -- preliminary while the period is open, final once it is closed
FROM rollup_revision AS r
JOIN rollup AS f ON f.revision_id = r.id
JOIN indicator AS i ON i.id = f.indicator
WHERE NOT EXISTS (
    SELECT 1 FROM rollup_revision AS later
    WHERE later.area_code = r.area_code AND later.area_valid_from = r.area_valid_from AND later.form = r.form
      AND later.period = r.period AND later.boundary = r.boundary AND later.number > r.number
)
