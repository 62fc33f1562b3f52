-- A file holds one person's history.
SELECT 0 AS pump_id, 'accounts' AS subject, true AS is_fault, count(*) AS count, NULL::BIGINT AS first_id,
       'accounts are mixed in this file; each person needs a file of their own' AS detail
FROM accounts
HAVING count(*) > 1
