//! babelbetes loads the store that is exported for it.

use std::collections::BTreeMap;

use serde_json::Value;
use tandem_tests::python::find_python;

use crate::lives::{autumn, holding};
use crate::python::run;

#[test]
fn babelbetes_loads_its_store() {
    let place = holding(&autumn());
    assert_eq!(place.run(&["export", "--profile", "babelbetes", "--output", "store"]).code, 0);
    let seen = run(&find_python("babelbetes"), "babelbetes_store.py", &["store"], &place);

    let ours = "SELECT (SELECT count(*) FROM cgm_readings WHERE counts) AS readings,
                       (SELECT sum(cgm_reading) + count(*) FILTER (status = 'low') - count(*) FILTER (status = 'high')
                        FROM cgm_readings WHERE counts) AS glucose,
                       (SELECT sum(delivered_units) FROM boluses) AS bolus,
                       (SELECT sum(extended_delivered_units) FROM boluses) AS extended,
                       (SELECT sum(commanded_basal_rate * seconds) / 3600000 FROM basal_deliveries) AS basal,
                       (SELECT sum(carbs_grams)::DOUBLE FROM carb_entries) AS carbs,
                       0 AS ages";
    let ours: Value = serde_json::from_str(&place.run(&["query", ours, "--format", "json"]).data).expect("JSON");
    for (name, ours) in ours[0].as_object().expect("sums") {
        let (theirs, ours) = (seen["sums"][name].as_f64().expect("theirs"), ours.as_f64().expect("ours"));
        assert!((theirs - ours).abs() <= 1e-9 * ours.max(1.0), "{name}: {theirs} is not {ours}");
    }

    // The third day has 25 hours. The first is left out: babelbetes draws the first rate back to midnight.
    let days = "SELECT day::VARCHAR AS day, basal_units, bolus_units FROM insulin_daily ORDER BY day";
    let ours: Vec<Value> = serde_json::from_str(&place.run(&["query", days, "--format", "json"]).data).expect("JSON");
    let theirs: BTreeMap<String, [f64; 2]> = serde_json::from_value(seen["days"].clone()).expect("days");
    assert!(ours.len() >= 5 && theirs.len() == ours.len(), "{theirs:?}");
    for day in &ours[1..] {
        let name = day["day"].as_str().expect("a day");
        for (theirs, column) in theirs[name].iter().zip(["basal_units", "bolus_units"]) {
            let ours = day[column].as_f64().expect("units");
            assert!((theirs - ours).abs() < 0.001, "{name}, {column}: {theirs} is not {ours}");
        }
    }
}
