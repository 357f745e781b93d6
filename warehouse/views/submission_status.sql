-- How each unit's report of a period stands: its accepted file, else the newest one, else that none came; and files nobody could place.
WITH ranked AS (
    SELECT s.*, ROW_NUMBER() OVER (
        PARTITION BY s.unit_code, s.unit_valid_from, s.form, s.period, CASE WHEN s.version IS NULL THEN s.id END
        ORDER BY CASE s.state WHEN 'accepted' THEN 0 ELSE 1 END, s.landed_at DESC, s.id DESC
    ) AS place
    FROM submission AS s
),
missing AS (
    SELECT DISTINCT u.unit_code, u.unit_valid_from, r.form, u.period
    FROM rollup_unit AS u
    JOIN rollup_revision AS r ON r.id = u.revision_id
    WHERE u.state = 'missing' AND NOT EXISTS (
        SELECT 1 FROM submission AS s
        WHERE s.unit_code = u.unit_code AND s.unit_valid_from = u.unit_valid_from AND s.form = r.form AND s.period = u.period
    )
)
SELECT
    s.form,                                  -- Id of the form; empty where it could not be told
    s.period,                                -- Period that the file reports
    s.unit_code AS unit,                     -- Code of the unit
    s.unit_valid_from,                       -- First day on which the code means this unit
    o.name AS unit_name,                     -- Its name then, with its kind
    o.parent_code AS parent,                 -- Code of the unit above it
    s.state,                                 -- State of the submission, or missing: nothing was received
    s.version,                               -- The version number of the report of the unit, form and period
    s.file_name,                             -- Name of the file
    s.sha256,                                -- Fingerprint of its bytes
    s.received_at,                           -- When it was delivered first, in UTC
    s.judged_at,                             -- When it was judged last, in UTC
    s.accepted_at,                           -- When it was accepted, in UTC
    (SELECT COUNT(*) FROM issue AS i WHERE i.submission_id = s.id AND i.judgement = s.judgement
        AND i.severity = 'critical') AS critical_issues, -- Things that refuse it
    (SELECT COUNT(*) FROM issue AS i WHERE i.submission_id = s.id AND i.judgement = s.judgement
        AND i.severity = 'warning') AS warnings, -- Things that have to be asked
    (SELECT COUNT(*) FROM repair AS p WHERE p.submission_id = s.id AND p.judgement = s.judgement) AS repairs, -- Tolerances used in reading it
    s.id AS submission_id,                   -- Number of the submission
    CASE
        WHEN s.state = 'quarantined' OR EXISTS (SELECT 1 FROM issue AS i WHERE i.submission_id = s.id
            AND i.judgement = s.judgement AND i.severity = 'critical') THEN 'quarantined'
        WHEN s.judged_at IS NULL THEN NULL
        WHEN s.state = 'held' THEN 'held'
        WHEN EXISTS (SELECT 1 FROM issue AS i WHERE i.submission_id = s.id AND i.judgement = s.judgement
            AND i.severity = 'warning') THEN 'accepted_with_warnings'
        ELSE 'accepted'
    END AS judgement                         -- accepted, accepted_with_warnings, held or quarantined; empty: not judged yet
FROM ranked AS s
LEFT JOIN org_unit AS o ON o.code = s.unit_code AND o.valid_from = s.unit_valid_from
WHERE s.place = 1
UNION ALL
SELECT m.form, m.period, m.unit_code, m.unit_valid_from, o.name, o.parent_code, 'missing', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL
FROM missing AS m
LEFT JOIN org_unit AS o ON o.code = m.unit_code AND o.valid_from = m.unit_valid_from
