//! Writes the crates of all next versions, for `tests/judge/run.sh`.

use std::{env, fs, path::Path};

use serde_json::Value;
use xtask::{
    document::Document, emit::source::Files, overlay::Overlay, pipeline::Pipeline, public_api::compare as api,
    release::Released, times::Times,
};

use super::{next_version, patches, table::CASES};
use crate::{support::workspace, upstream::published};

fn write(files: &Files, to: &Path) {
    for (name, content) in files {
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("the directory can be made");
        fs::write(path, content).expect("the file can be written");
    }
}

/// Each crate has its verdict beside it: `d01.txt` beside `d01/`.
#[test]
#[ignore = "tests/judge/run.sh runs it, with the directory in JSM_OPS_JUDGE"]
fn writes_the_crates_of_all_next_versions() {
    let to = env::var_os("JSM_OPS_JUDGE").expect("JSM_OPS_JUDGE is the directory of the crates");
    let to = Path::new(&to);
    let (Some(published), Some(patches)) = (published(), patches()) else { panic!("the documents are not here") };
    let published: Value =
        serde_json::from_str(&fs::read_to_string(published).expect("the document is readable")).expect("JSON");
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is readable");
    let released = Released::read(&workspace().join("generated")).expect("the baseline is readable");
    let pipeline = Pipeline::new(overlay);
    let before = pipeline.run(Document::new(published.clone()), &mut Times::start()).expect("the crate");
    write(&before.files, &to.join("published"));
    for case in &CASES {
        let text = match pipeline.run(Document::new(next_version(&published, &patches, case.name)), &mut Times::start()) {
            Ok(output) => {
                write(&output.files, &to.join(case.name));
                let changes = released.changes(&output).api;
                let list: String = changes.iter().map(|change| format!("{change}  ({})\n", change.verdict)).collect();
                format!("{}\n{list}", api::verdict(&changes))
            }
            Err(error) => format!("stopped\n{error}\n"),
        };
        fs::write(to.join(format!("{}.txt", case.name)), text).expect("the file can be written");
    }
}
