WITH counted AS (
    SELECT activity, count(*) AS events,
        count_if(occurrence = 1) AS cases, count_if(self_loop) AS self_loops,
        count_if(repetition) AS repetitions, count_if(occurrence = 2) AS rework_cases,
        count_if(resource = resource_before) AS repeats,
        count_if(resource <> resource_before) AS redos,
        quantile_cont(processing_hours, [0.5, 0.95]) AS processing,
        quantile_cont(waiting_hours, [0.5, 0.95]) AS waiting,
        quantile_cont(elapsed_hours, [0.5, 0.95]) AS elapsed,
        sum(processing_hours) AS total_processing_hours, sum(waiting_hours) AS total_waiting_hours,
        sum(elapsed_hours) AS total_elapsed_hours, sum(busy_hours) AS total_busy_hours,
        sum(idle_hours) AS total_idle_hours
    FROM events
    GROUP BY activity
)
SELECT activity, events, cases, self_loops, repetitions,
    repeats, redos, rework_cases,
    rework_cases / cases AS rework_rate,
    processing[1] AS median_processing_hours, processing[2] AS p95_processing_hours,
    total_processing_hours,
    waiting[1] AS median_waiting_hours, waiting[2] AS p95_waiting_hours, total_waiting_hours,
    elapsed[1] AS median_elapsed_hours, elapsed[2] AS p95_elapsed_hours, total_elapsed_hours,
    total_busy_hours, total_idle_hours
FROM counted
ORDER BY activity
