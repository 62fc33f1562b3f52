//! The class `DIAX` loads the file that is exported for it.

use serde_json::Value;
use tandem_tests::python::{find_python, find_script};

use crate::lives::{autumn, holding};
use crate::python::run;

#[test]
fn diax_loads_its_file() {
    let place = holding(&autumn());
    assert_eq!(place.run(&["export", "--profile", "diax", "--output", "out"]).code, 0);
    let loader = find_script("DIAX.py").display().to_string();
    let seen = run(&find_python("babelbetes"), "diax_subject.py", &[&loader, "out/subj_tandem.json"], &place);
    assert_eq!(seen["name"], "tandem");

    let ours = "SELECT (SELECT count(*) FROM cgm_readings WHERE counts) AS readings,
                       (SELECT sum(cgm_reading)::DOUBLE FROM cgm_readings WHERE counts) AS glucose,
                       (SELECT sum(delivered_units) FROM boluses) AS bolus,
                       (SELECT sum(commanded_basal_rate * seconds) / 3600000 FROM basal_deliveries) AS basal,
                       (SELECT sum(carbs_grams)::DOUBLE FROM carb_entries) AS carbs,
                       (SELECT sum(bg_mgdl)::DOUBLE FROM bg_readings WHERE source = 'manual') AS smbg";
    let ours: Value = serde_json::from_str(&place.run(&["query", ours, "--format", "json"]).data).expect("JSON");
    for (name, ours) in ours[0].as_object().expect("sums") {
        let (theirs, ours) = (seen["sums"][name].as_f64().expect("theirs"), ours.as_f64().expect("ours"));
        assert!((theirs - ours).abs() <= 1e-9 * ours.max(1.0), "{name}: {theirs} is not {ours}");
    }
}
