"""Feeds an exported file to iglu-python as it is; prints what that makes of it."""

import json
import sys

import iglu_python as iglu
import pandas

readings = pandas.read_csv(sys.argv[1], parse_dates=["time"])
metrics = {
    "n": len(readings),
    "mean": float(iglu.mean_glu(readings)["mean"].iloc[0]),
    "sd": float(iglu.sd_glu(readings).iloc[0, 1]),
    "in_range_70_180": float(iglu.in_range_percent(readings, target_ranges=[[70, 180]]).iloc[0, 1]),
    "gmi": float(iglu.gmi(readings).iloc[0, 1]),
    "days": int(iglu.active_percent(readings)["ndays"].iloc[0]),
}
print(json.dumps(metrics))
