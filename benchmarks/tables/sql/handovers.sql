SELECT resource AS source, next_resource AS target, count(*) AS events,
    resource = next_resource AS same
FROM events
WHERE resource IS NOT NULL AND next_resource IS NOT NULL
GROUP BY ALL
ORDER BY source, target
