-- Every figure of the reports that stand accepted, with the cells it was read from; those of archived periods are in files.
SELECT
    s.form,                                  -- Id of the form
    s.period,                                -- Period that the report is of
    s.unit_code AS unit,                     -- Code of the unit that reported
    s.unit_valid_from,                       -- First day on which the code means this unit
    u.name AS unit_name,                     -- Its name then, with its kind
    u.parent_code AS parent,                 -- Code of the unit above it
    CASE WHEN o.unit_code <> s.unit_code THEN o.unit_code END AS village, -- Code of the village; empty for the unit's own figure
    o.indicator,                             -- Code of the indicator
    i.name_vi AS indicator_name_vi,          -- Its name in Vietnamese
    i.name_en AS indicator_name_en,          -- Its name in English
    o.state,                                 -- value, zero, blank or not_applicable: three things that are no value differ
    exact(o.numerator) AS numerator,         -- What was counted
    exact(o.denominator) AS denominator,     -- Out of how many; empty for a count
    exact(o.value) AS value,                 -- The percentage they make, with two decimals, or the count
    exact(o.stated) AS stated,               -- The percentage that the official typed
    o.sheet,                                 -- Sheet of the workbook
    o.cell,                                  -- Cell of the numerator
    o.denominator_cell,                      -- Cell of the denominator
    s.file_name,                             -- Name of the file
    s.sha256,                                -- Fingerprint of its bytes
    s.received_at,                           -- When it was delivered first, in UTC
    s.id AS submission_id                    -- Number of the submission
FROM observation AS o
JOIN submission AS s ON s.id = o.submission_id
JOIN indicator AS i ON i.id = o.indicator
LEFT JOIN org_unit AS u ON u.code = s.unit_code AND u.valid_from = s.unit_valid_from
WHERE s.state = 'accepted'
