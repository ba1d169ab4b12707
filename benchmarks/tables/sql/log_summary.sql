SELECT events, cases, closed_cases, activities, variants, resources, first, last, cases_with_ties
FROM (
    SELECT count(*) AS events, count(DISTINCT activity) AS activities,
        nullif(count(DISTINCT resource), 0) AS resources
    FROM events
) CROSS JOIN (
    SELECT count(*) AS cases, count_if(closed) AS closed_cases, max(variant_rank) AS variants,
        min(start) AS first, max("end") AS last, count_if(tied) AS cases_with_ties
    FROM cases
)
