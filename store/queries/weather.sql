-- @open_window: Keeps a window; one that is there already stays as it is.
INSERT INTO weather_windows
    (window_id, merchant, name, region, reason, since, until, carriers, proposals, announced_by, announced_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (window_id) DO NOTHING;

-- @window: One window, with how many parcels' cases were told of it.
SELECT weather_windows.*, (
        SELECT count(*) FROM weather_parcels
        WHERE weather_parcels.window_id = weather_windows.window_id AND outcome = 'granted'
    ) AS parcels
FROM weather_windows
WHERE window_id = $1;

-- @windows: All windows, the newest first.
SELECT weather_windows.*, (
        SELECT count(*) FROM weather_parcels
        WHERE weather_parcels.window_id = weather_windows.window_id AND outcome = 'granted'
    ) AS parcels
FROM weather_windows
ORDER BY since DESC, window_id
LIMIT $1;

-- @move_window: Moves a window's end.
UPDATE weather_windows SET until = $2 WHERE window_id = $1 AND ended_at IS NULL;

-- @end_window: Notes that a window is over.
UPDATE weather_windows SET ended_at = $2 WHERE window_id = $1 AND ended_at IS NULL;

-- @touched: Cases of parcels on their way in a region that were not told this end of the window yet.
SELECT cases.case_id, NOT EXISTS (
        SELECT FROM case_links
        WHERE case_links.case_id = cases.case_id AND case_links.other_id LIKE 'shipment:%'
    ) AS tells
FROM cases
LEFT JOIN weather_parcels AS told ON told.window_id = $1 AND told.case_id = cases.case_id
WHERE cases.open AND cases.kind IN ('shipment', 'delivery')
    AND ($2::text IS NULL OR cases.merchant = $2)
    AND EXISTS (
        SELECT FROM unnest(
            ARRAY[cases.facets ->> 'region', cases.facets ->> 'origin']
            || string_to_array(cases.facets ->> 'lane', '>')
        ) AS place
        WHERE place = $3 OR place LIKE $3 || '-%'
    )
    AND (cardinality($4::text[]) = 0 OR cases.facets ->> 'carrier' = ANY ($4::text[]))
    AND (told.until IS NULL OR told.until <> $5)
ORDER BY cases.case_id
LIMIT $6;

-- @count_touched: How many such cases there are, and how many of their running clocks would rest.
SELECT count(*) AS parcels, coalesce(sum((
        SELECT count(*) FROM jsonb_array_elements(cases.clocks) AS clock
        WHERE clock ->> 'state' = 'running' AND cases.kind || '.' || (clock ->> 'name') = ANY ($4::text[])
    )), 0)::bigint AS clocks
FROM cases
WHERE cases.open AND cases.kind IN ('shipment', 'delivery')
    AND ($1::text IS NULL OR cases.merchant = $1)
    AND EXISTS (
        SELECT FROM unnest(
            ARRAY[cases.facets ->> 'region', cases.facets ->> 'origin']
            || string_to_array(cases.facets ->> 'lane', '>')
        ) AS place
        WHERE place = $2 OR place LIKE $2 || '-%'
    )
    AND (cardinality($3::text[]) = 0 OR cases.facets ->> 'carrier' = ANY ($3::text[]));

-- @mark_told: Notes which end of a window a case was told, and how it took it.
INSERT INTO weather_parcels (window_id, case_id, until, outcome, told_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (window_id, case_id) DO UPDATE SET
    until = excluded.until, outcome = excluded.outcome, told_at = excluded.told_at;
