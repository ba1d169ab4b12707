-- All cases of a variant have the same edges: one of them is looked up for all.
WITH measured AS (
    SELECT previous_activity AS source, activity AS target, count(*) AS events,
        avg(gap_hours) AS mean_hours, quantile_cont(gap_hours, [0.5, 0.95]) AS quantiles
    FROM events
    WHERE previous_activity IS NOT NULL
    GROUP BY ALL
), alike AS (
    SELECT min("case") AS "case", count(*) AS alike FROM cases GROUP BY variant_rank
), passed AS (
    SELECT DISTINCT "case", alike, previous_activity AS source, activity AS target
    FROM events JOIN alike USING ("case")
    WHERE previous_activity IS NOT NULL
), counted AS (
    SELECT source, target, sum(alike) AS cases FROM passed GROUP BY ALL
)
SELECT source, target, events, cases, mean_hours,
    quantiles[1] AS median_hours, quantiles[2] AS p95_hours
FROM measured JOIN counted USING (source, target)
ORDER BY source, target
