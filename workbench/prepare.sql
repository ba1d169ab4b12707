-- The preparation of a log: typed rows in, `events` and `cases` of workbench.model.EventLog out.
-- Engine.prepare fills four temporary tables first, runs the statements below in their order, and
-- then stores the two views at the end.
--   typed      one row per event; start is null where the log has one timestamp; sequence is null
--              unless ties follow the source
--   ranks      activity, place: the learned order; empty where ties follow the source
--   ends       the activities that close a case (the withdrawn ones among them)
--   withdrawn  the activities that close a case without success
-- Times are compared and subtracted as whole microseconds; hours are made last.

CREATE TEMP TABLE ordered AS
SELECT codes."case", typed.*, coalesce(start, "end") AS opened, coalesce("end", start) AS ended,
    row_number() OVER (
        PARTITION BY codes."case"
        ORDER BY coalesce(start, "end"), coalesce("end", start),
            sequence NULLS LAST, place NULLS LAST, activity, resource NULLS LAST,
            unit NULLS LAST, stratum NULLS LAST, result NULLS LAST, file NULLS LAST,
            start NULLS LAST, "end" NULLS LAST
    ) - 1 AS position
FROM typed
JOIN (
    SELECT case_id, row_number() OVER (ORDER BY case_id) - 1 AS "case"
    FROM (SELECT DISTINCT case_id FROM typed)
) AS codes USING (case_id)
LEFT JOIN ranks USING (activity);

-- latest_end: when all that began earlier in the case had ended
-- added: what an event adds to the union of the spans of its case, beyond all before it
CREATE TEMP TABLE around AS
SELECT *,
    CASE WHEN start IS NOT NULL
        THEN greatest(0, epoch_us("end") - greatest(epoch_us(start), epoch_us(latest_end)))
    END AS added
FROM (
SELECT *,
    lag(activity) OVER run AS previous_activity,
    lead(activity) OVER run AS next_activity,
    lag(resource) OVER run AS previous_resource,
    lead(resource) OVER run AS next_resource,
    lead(opened) OVER run AS next_start,
    lag(ended) OVER run AS previous_end,
    coalesce(lag(opened) OVER run = opened AND lag(ended) OVER run = ended, false)
        OR coalesce(lead(opened) OVER run = opened AND lead(ended) OVER run = ended, false)
        AS tied,
    max(ended) OVER (
        PARTITION BY "case" ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS latest_end,
    row_number() OVER (PARTITION BY "case", activity ORDER BY position) AS occurrence
FROM ordered
WINDOW run AS (PARTITION BY "case" ORDER BY position)
);

CREATE TEMP VIEW events AS
SELECT "case", case_id, position, activity, resource, unit, stratum, result, start, "end",
    previous_activity, next_activity, previous_resource, next_resource, next_start, occurrence,
    coalesce(activity = previous_activity, false) AS self_loop,
    occurrence > 1 AND activity <> previous_activity AS repetition,
    tied,
    (epoch_us("end") - epoch_us(start)) / 3600000000 AS processing_hours,
    added / 3600000000 AS busy_hours,
    CASE WHEN start IS NOT NULL AND latest_end IS NOT NULL
        THEN greatest(0, epoch_us(start) - epoch_us(latest_end)) / 3600000000
    END AS waiting_hours,
    (epoch_us(ended) - epoch_us(previous_end)) / 3600000000 AS elapsed_hours
FROM around
ORDER BY "case", position;

-- work: the sum of the spans of a case; covered: their union
CREATE TEMP TABLE folded AS
SELECT "case", any_value(case_id) AS case_id, min(opened) AS start, max(ended) AS "end",
    CASE WHEN count(start) = count(*) AND count("end") = count(*)
        THEN CAST(sum(epoch_us("end") - epoch_us(start)) AS BIGINT)
    END AS work,
    CAST(sum(added) AS BIGINT) AS covered,
    count(*) AS events,
    CAST(to_json(list(activity ORDER BY position)) AS VARCHAR) AS variant,
    max(occurrence) > 1 AS rework,
    arg_min(unit, position) FILTER (unit IS NOT NULL) AS unit,
    arg_min(stratum, position) FILTER (stratum IS NOT NULL) AS stratum,
    arg_min(activity, position) AS first_activity,
    arg_max(activity, position) AS last_activity,
    bool_or(tied) AS tied,
    arg_min(file, position) FILTER (position = 0) AS file
FROM around
GROUP BY "case";

CREATE TEMP VIEW cases AS
SELECT "case", case_id, start, "end",
    CASE WHEN (SELECT count(*) FROM ends) > 0
        THEN last_activity IN (SELECT activity FROM ends)
    END AS closed,
    last_activity IN (SELECT activity FROM withdrawn) AS withdrawn,
    (epoch_us("end") - epoch_us(start)) / 3600000000 AS throughput_hours,
    work / 3600000000 AS processing_hours,
    CASE WHEN work IS NOT NULL THEN covered / 3600000000 END AS busy_hours,
    CASE WHEN work IS NOT NULL
        THEN (epoch_us("end") - epoch_us(start) - covered) / 3600000000
    END AS waiting_hours,
    events, variant, variant_rank, rework, unit, stratum, first_activity, last_activity, tied, file
FROM folded
JOIN (
    SELECT variant, row_number() OVER (ORDER BY count(*) DESC, variant) AS variant_rank
    FROM folded GROUP BY variant
) AS ranked USING (variant)
ORDER BY "case";
