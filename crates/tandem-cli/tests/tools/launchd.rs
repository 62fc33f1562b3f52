//! The launchd agent in `packaging` is a property list; Python reads it as macOS does.

use std::path::Path;
use std::process::Command;

#[test]
fn the_launchd_agent_is_a_property_list() {
    let read = "import plistlib, sys; agent = plistlib.load(open(sys.argv[1], 'rb')); print(agent['Label'], agent['StartInterval'])";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/launchd/tandem.sync.plist");
    let read = Command::new("python3").args(["-c", read]).arg(file).output().expect("Python runs");
    assert_eq!(String::from_utf8_lossy(&read.stdout), "tandem.sync 3600\n", "{read:?}");
}
