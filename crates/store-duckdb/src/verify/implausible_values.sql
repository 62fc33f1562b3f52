-- What the pump logged and cannot have been: kept, and counted nowhere.
SELECT pump_id, 'events' AS subject, false AS is_fault, count(*) AS count, min(events_id) AS first_id,
       format('implausible: {} outside of its limit ({})', what, limit_violated) AS detail
FROM implausible_values
GROUP BY pump_id, what, limit_violated
ORDER BY ALL
