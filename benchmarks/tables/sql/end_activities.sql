SELECT last_activity AS activity, count(*) AS cases FROM cases GROUP BY ALL ORDER BY ALL
