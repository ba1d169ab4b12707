SELECT variant_rank AS rank, any_value(variant) AS activities, count(*) AS cases,
    count(*) / sum(count(*)) OVER () AS share,
    sum(count(*)) OVER (ORDER BY variant_rank) / sum(count(*)) OVER () AS cumulative_share,
    median(throughput_hours) AS median_throughput_hours
FROM cases
GROUP BY variant_rank
ORDER BY variant_rank
