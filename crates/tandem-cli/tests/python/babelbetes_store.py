"""Loads an exported store with babelbetes, checks each table by its schema; prints sums of all and its daily doses."""

import json
import sys

from babelbetes import data_store, tdd
from babelbetes.studies import studydataset as schemas

store = data_store.load(sys.argv[1])
for kind, table in store.items():
    getattr(schemas, f"{kind.upper()}_SCHEMA").validate(table.drop(columns="study_name"))
bolus, basal = store["bolus"], store["basal"]
days = tdd.calculate_tdd(bolus, basal).reset_index()
sums = {
    "readings": len(store["cgm"]),
    "glucose": store["cgm"]["cgm"].sum(),
    "bolus": bolus["bolus"].sum(),
    "extended": bolus.loc[bolus["delivery_duration"].dt.total_seconds() > 0, "bolus"].sum(),
    "basal": tdd.total_delivered(basal, "datetime", "basal_rate"),
    "carbs": store["carbs"]["carbs"].sum(),
    "ages": len(store["age"]),
}
print(
    json.dumps(
        {
            "sums": {name: float(value) for name, value in sums.items()},
            "days": {str(row.date): [float(row.basal), float(row.bolus)] for row in days.itertuples()},
        }
    )
)
