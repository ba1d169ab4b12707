-- The preparation of a log: typed rows in, `events` and `cases` of workbench.model.EventLog out.
-- Engine.prepare fills six temporary tables first, runs the statements below in their order, and
-- then stores the two views at the end.
--   typed      one row per event; start is null where the log has one timestamp; sequence is null
--              unless ties follow the source; rest tells apart what differs in attributes only
--   ranks      activity, place: the learned order; empty where ties follow the source
--   ends       the activities that close a case (the withdrawn ones among them)
--   withdrawn  the activities that close a case without success
--   clock      the working clocks, see workbench.clock.WorkingClock; empty without a calendar
--   calendars  the units that have a calendar of their own, and its number
-- Times are compared and subtracted as whole microseconds; hours are made last.

CREATE TEMP MACRO place_of(number, moment) AS
    number * getvariable('cells')
        + (epoch_us(moment) - getvariable('origin')) // getvariable('cell');

-- what the working clock shows at a moment, by the row of `clock` that its cell has
CREATE TEMP MACRO shown(row_of_clock, moment) AS
    row_of_clock.base
        + least(greatest(epoch_us(moment) - row_of_clock."begin", 0), row_of_clock.length);

CREATE TEMP TABLE ordered AS
SELECT codes."case", typed.*, coalesce(start, "end") AS opened, coalesce("end", start) AS ended,
    row_number() OVER (
        PARTITION BY codes."case"
        ORDER BY coalesce(start, "end"), coalesce("end", start),
            sequence NULLS LAST, place NULLS LAST, activity, resource NULLS LAST,
            unit NULLS LAST, stratum NULLS LAST, result NULLS LAST, file NULLS LAST,
            start NULLS LAST, "end" NULLS LAST, arrival NULLS LAST, closes NULLS LAST, rest
    ) - 1 AS position
FROM typed
JOIN (
    SELECT case_id, row_number() OVER (ORDER BY case_id) - 1 AS "case"
    FROM (SELECT DISTINCT case_id FROM typed)
) AS codes USING (case_id)
LEFT JOIN ranks USING (activity);

CREATE TEMP VIEW neighbours AS
SELECT ordered.*, coalesce(number, 0) AS number,
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
LEFT JOIN calendars USING (unit)
WINDOW run AS (PARTITION BY "case" ORDER BY position);

-- latest_end: when all that began earlier in the case had ended
-- added: what an event adds to the union of the spans of its case, beyond all before it
-- at_…: what the working clock of the event's unit showed at each of its moments
CREATE TEMP TABLE around AS
SELECT *,
    coalesce(arrival, CASE WHEN latest_end <= start THEN latest_end
        WHEN position > 0 THEN min(opened) OVER (PARTITION BY "case") END) AS enabled,
    CASE WHEN start IS NOT NULL
        THEN greatest(0, epoch_us("end") - greatest(epoch_us(start), epoch_us(latest_end)))
    END AS added,
    CASE WHEN at_start IS NOT NULL
        THEN greatest(0, at_end - greatest(at_start, at_latest_end))
    END AS working_added
FROM (
SELECT neighbours.*,
    shown(of_start, start) AS at_start,
    shown(of_end, "end") AS at_end,
    shown(of_arrival, arrival) AS at_arrival,
    shown(of_latest_end, latest_end) AS at_latest_end,
    shown(of_previous_end, previous_end) AS at_previous_end,
    epoch_us(opened) NOT BETWEEN coalesce(of_start."begin", of_end."begin")
        AND coalesce(of_start."begin" + of_start.length, of_end."begin" + of_end.length)
        AS outside_hours
FROM neighbours
LEFT JOIN clock AS of_start ON of_start.place = place_of(number, start)
LEFT JOIN clock AS of_end ON of_end.place = place_of(number, "end")
LEFT JOIN clock AS of_arrival ON of_arrival.place = place_of(number, arrival)
LEFT JOIN clock AS of_latest_end ON of_latest_end.place = place_of(number, latest_end)
LEFT JOIN clock AS of_previous_end ON of_previous_end.place = place_of(number, previous_end)
);

-- enabled: when its work could begin (here still without the rule of concurrency)
CREATE TEMP VIEW events AS
SELECT "case", position, activity, resource, unit, stratum, result, start, "end", arrival,
    enabled,
    previous_activity, next_activity, previous_resource, next_resource, next_start, occurrence,
    coalesce(activity = previous_activity, false) AS self_loop,
    occurrence > 1 AND activity <> previous_activity AS repetition,
    tied,
    (epoch_us("end") - epoch_us(start)) / 3600000000 AS processing_hours,
    added / 3600000000 AS busy_hours,
    CASE WHEN start IS NOT NULL AND enabled IS NOT NULL
        THEN greatest(0, epoch_us(start) - epoch_us(enabled)) / 3600000000
    END AS waiting_hours,
    CASE WHEN start IS NOT NULL AND latest_end IS NOT NULL
        THEN greatest(0, epoch_us(start) - epoch_us(latest_end)) / 3600000000
    END AS idle_hours,
    (epoch_us(ended) - epoch_us(coalesce(arrival, previous_end))) / 3600000000 AS elapsed_hours,
    (epoch_us(opened) - epoch_us(previous_end)) / 3600000000 AS gap_hours,
    (at_end - at_start) / 3600000000 AS working_processing_hours,
    working_added / 3600000000 AS working_busy_hours,
    CASE WHEN at_start IS NULL THEN NULL
        WHEN arrival IS NOT NULL THEN greatest(0, at_start - at_arrival) / 3600000000
        WHEN latest_end IS NOT NULL THEN greatest(0, at_start - at_latest_end) / 3600000000
    END AS working_waiting_hours,
    CASE WHEN at_start IS NOT NULL AND at_latest_end IS NOT NULL
        THEN greatest(0, at_start - at_latest_end) / 3600000000
    END AS working_idle_hours,
    (coalesce(at_end, at_start) - coalesce(at_arrival, at_previous_end)) / 3600000000
        AS working_elapsed_hours,
    (coalesce(at_start, at_end) - at_previous_end) / 3600000000 AS working_gap_hours,
    at_start AS worked_at_start, at_end AS worked_at_end, outside_hours,
    COLUMNS('^attribute:')
FROM around
ORDER BY "case", position;

-- work: the sum of the spans of a case; covered: their union
CREATE TEMP TABLE folded AS
SELECT "case", any_value(case_id) AS case_id, least(min(opened), min(arrival)) AS start,
    max(ended) AS "end",
    count(start) = count(*) AND count("end") = count(*) AS spans_known,
    CAST(sum(epoch_us("end") - epoch_us(start)) AS BIGINT) AS work,
    CAST(sum(added) AS BIGINT) AS covered,
    CAST(sum(at_end - at_start) AS BIGINT) AS working_work,
    CAST(sum(working_added) AS BIGINT) AS working_covered,
    min(number) <> max(number) AS several_calendars,
    count(*) AS events,
    CAST(to_json(list(activity ORDER BY position)) AS VARCHAR) AS variant,
    max(occurrence) > 1 AS rework,
    arg_min(unit, position) FILTER (unit IS NOT NULL) AS unit,
    arg_min(stratum, position) FILTER (stratum IS NOT NULL) AS stratum,
    arg_min(activity, position) AS first_activity,
    arg_max(activity, position) AS last_activity,
    any_value(closes) FILTER (next_activity IS NULL) AS closes,
    bool_or(tied) AS tied,
    arg_min(file, position) FILTER (position = 0) AS file,
    arg_min(COLUMNS('^attribute:'), position)
FROM around
GROUP BY "case";

-- the working hours of a case are those of its own unit, also of what another unit did in it
CREATE TEMP TABLE at_home AS
SELECT "case", CAST(sum(home_end - home_start) AS BIGINT) AS working_work,
    CAST(sum(greatest(0, home_end - greatest(home_start, home_latest_end))) AS BIGINT)
        AS working_covered
FROM (
    SELECT around."case",
        shown(of_start, around.start) AS home_start,
        shown(of_end, around."end") AS home_end,
        shown(of_latest_end, latest_end) AS home_latest_end
    FROM around
    JOIN folded ON folded."case" = around."case" AND several_calendars AND spans_known
    LEFT JOIN calendars ON calendars.unit = folded.unit
    JOIN clock AS of_start
        ON of_start.place = place_of(coalesce(calendars.number, 0), around.start)
    JOIN clock AS of_end
        ON of_end.place = place_of(coalesce(calendars.number, 0), around."end")
    LEFT JOIN clock AS of_latest_end
        ON of_latest_end.place = place_of(coalesce(calendars.number, 0), latest_end)
)
GROUP BY "case";

CREATE TEMP TABLE clocked AS
SELECT folded.* EXCLUDE (work, covered, working_work, working_covered),
    CASE WHEN spans_known THEN work END AS work,
    CASE WHEN spans_known THEN covered END AS covered,
    CASE WHEN spans_known THEN coalesce(at_home.working_work, folded.working_work) END
        AS working_work,
    CASE WHEN spans_known THEN coalesce(at_home.working_covered, folded.working_covered) END
        AS working_covered,
    epoch_us("end") - epoch_us(start) AS span,
    shown(of_end, "end") - shown(of_start, start) AS working_span
FROM folded
LEFT JOIN at_home USING ("case")
LEFT JOIN calendars ON calendars.unit = folded.unit
LEFT JOIN clock AS of_start
    ON of_start.place = place_of(coalesce(calendars.number, 0), folded.start)
LEFT JOIN clock AS of_end
    ON of_end.place = place_of(coalesce(calendars.number, 0), folded."end");

CREATE TEMP VIEW cases AS
SELECT "case", case_id, start, "end",
    CASE WHEN (SELECT count(*) FROM ends) > 0
        THEN last_activity IN (SELECT activity FROM ends) OR closes IS NOT NULL
    END AS closed,
    last_activity IN (SELECT activity FROM withdrawn)
        OR ((SELECT count(*) FROM ends) > 0 AND coalesce(closes = 'withdrawn', false))
        AS withdrawn,
    span / 3600000000 AS throughput_hours,
    work / 3600000000 AS processing_hours,
    covered / 3600000000 AS busy_hours,
    (span - covered) / 3600000000 AS waiting_hours,
    working_span / 3600000000 AS working_throughput_hours,
    working_work / 3600000000 AS working_processing_hours,
    working_covered / 3600000000 AS working_busy_hours,
    (working_span - working_covered) / 3600000000 AS working_waiting_hours,
    events, variant, variant_rank, rework, unit, stratum, first_activity, last_activity, tied, file,
    COLUMNS('^attribute:')
FROM clocked
JOIN (
    SELECT variant, row_number() OVER (ORDER BY count(*) DESC, variant) AS variant_rank
    FROM folded GROUP BY variant
) AS ranked USING (variant)
ORDER BY "case";
