SELECT case_id, start, "end", closed, throughput_hours, processing_hours, busy_hours,
    waiting_hours, events, variant_rank, rework, withdrawn, unit, stratum
FROM cases
ORDER BY case_id
