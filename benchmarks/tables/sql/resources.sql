-- Busy and present: the union of the spans, and of the days from first start to last end.
WITH counted AS (
    SELECT resource, count(*) AS events, count(DISTINCT "case") AS cases
    FROM events
    WHERE resource IS NOT NULL
    GROUP BY resource
), spans AS (
    SELECT resource, start, "end" FROM events
    WHERE resource IS NOT NULL AND start IS NOT NULL AND "end" IS NOT NULL
), days AS (
    SELECT resource, min(start) AS start, max("end") AS "end"
    FROM spans
    GROUP BY resource, date_trunc('day', start)
), busy AS (
    SELECT resource, sum(beyond) / 3600000000 AS busy_hours
    FROM (
        SELECT resource, greatest(0, epoch_us("end") - greatest(epoch_us(start), epoch_us(
            max("end") OVER (PARTITION BY resource ORDER BY start, "end"
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)))) AS beyond
        FROM spans
    )
    GROUP BY resource
), present AS (
    SELECT resource, sum(beyond) / 3600000000 AS present_hours
    FROM (
        SELECT resource, greatest(0, epoch_us("end") - greatest(epoch_us(start), epoch_us(
            max("end") OVER (PARTITION BY resource ORDER BY start, "end"
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)))) AS beyond
        FROM days
    )
    GROUP BY resource
)
SELECT resource, events, cases, busy_hours,
    busy_hours / nullif(present_hours, 0) AS utilisation
FROM counted LEFT JOIN busy USING (resource) LEFT JOIN present USING (resource)
ORDER BY resource
