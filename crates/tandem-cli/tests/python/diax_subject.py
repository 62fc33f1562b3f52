"""Loads an exported file with the class DIAX in the file that is named; prints sums of what it loaded."""

import importlib.util
import json
import sys

loader, file = sys.argv[1:]
specification = importlib.util.spec_from_file_location("DIAX", loader)
module = importlib.util.module_from_spec(specification)
specification.loader.exec_module(module)
subject = module.DIAX(file)
table = subject.data

# The class has one row per time of any signal, and a rate of 0 where the time is another signal's: those are not steps.
with open(file) as text:
    signals = json.load(text)
names = [name for name, signal in signals.items() if "time" in signal and name != "metadata"]
times = {name: [module.pd.to_datetime(time) for time in signals[name]["time"]] for name in names}
start = min(min(times[name]) for name in names)
steps = table[table["time"].isin([(time - start).total_seconds() / 86400 for time in times["basal_rate"]])]
hours = steps["time"].diff().shift(-1) * 24
sums = {
    "readings": table["cgm"].count(),
    "glucose": table["cgm"].sum(),
    "bolus": table["bolus"].sum(),
    "basal": (steps["basal_rate"] * hours).sum(),
    "carbs": table["meal"].sum(),
    "smbg": table["smbg"].sum(),
}
print(json.dumps({"name": subject.name, "sums": {name: float(value) for name, value in sums.items()}}))
