//! `mlassets_worm_bucket`.

use std::fs;

use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::told;
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_worm_bucket.this";

fn bucket(days: u32, more: &str) -> String {
    format!(
        "resource \"mlassets_worm_bucket\" \"this\" {{\n  name = \"audit\"\n  retention_days = {days}\n{more}\n}}\n"
    )
}

fn record(name: &str) -> String {
    format!(
        "resource \"mlassets_worm_record\" \"{name}\" {{\n  bucket = mlassets_worm_bucket.this.name\n  \
         record_type = \"release\"\n  name = \"{name}\"\n  content = \"{name}\"\n  keep_on_destroy = true\n}}\n"
    )
}

#[test]
fn lives() {
    with_each_program(|program| {
        let life = Life::new(program, ADDRESS, "");
        let created = json!({
            "name": "audit", "retention_days": 30, "keep_on_destroy": false, "record_count": 0,
            "head_sequence": 1,
        });
        life.becomes("it is created", &bucket(30, ""), "create", &created);
        life.is_imported("audit", "{ name = \"audit\" }");
        let longer = json!({ "retention_days": 31, "head_sequence": 2 });
        life.becomes("its retention grows", &bucket(31, ""), "update", &longer);
        life.refuses(
            &bucket(30, ""),
            &[Expected {
                at: "retention_days = 30",
                summary: "Retention can only grow",
                detail: "It is 31 days and can only grow.",
            }],
        );
        let other = bucket(1, "").replace("\"audit\"", "\"other\"");
        life.becomes("it is renamed", &other, "replace", &json!({ "name": "other" }));
        life.cannot_import(
            "resource \"mlassets_worm_bucket\" \"this_missing\" {\n  name = \"none\"\n  retention_days = 1\n}\n",
            "none",
            "There is nothing with the import ID \"none\", which has the form `{name}`.",
        );
        life.ends();
        assert!(!life.workspace.path("worm/other").exists());
    });
}

#[test]
fn is_not_destroyed_before_its_records() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    life.workspace.configure(&format!("{}{}", bucket(2, ""), record("one")));
    life.workspace.apply().ok();
    life.workspace.plan_is_empty();
    let retained = Expected {
        at: "name = ",
        summary: "Under retention",
        detail: "Records in it are kept until … at the latest, so the bucket cannot be destroyed. Leave it in place, or \
                 set `keep_on_destroy = true` and apply that, so that Terraform only forgets it.",
    };
    life.workspace.run(&["plan", "-destroy", "-json", "-input=false"]).fails().errs(&[retained]);
    life.workspace.configure(&format!(
        "{}{}",
        bucket(2, "  keep_on_destroy = true"),
        record("one")
    ));
    life.workspace.apply().ok().says("0 added, 1 changed, 0 destroyed.");
    let ended = life.workspace.run(&["destroy", "-auto-approve", "-json", "-input=false"]).ok();
    ended.warns(&[
        Expected {
            at: "",
            summary: "The record stays",
            detail: "Terraform has forgotten the record; it is where it was.",
        },
        Expected {
            at: "",
            summary: "The bucket stays",
            detail: "Terraform has forgotten the bucket; it and its records are where they were.",
        },
    ]);
    assert!(life.workspace.path("worm/audit/release").exists());

    life.workspace.configure(&bucket(3, ""));
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "name",
        summary: "Bucket exists",
        detail: "The bucket `audit` exists already, with a retention of 2 days and 2 chain entries; import it or choose \
                 another name.",
    }]);
}

/// A bucket that is not there may lie on a volume that is not mounted: a new chain would hide that.
#[test]
fn is_missed_when_it_is_gone() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    life.workspace.configure(&format!(
        "{}{}",
        bucket(2, "  keep_on_destroy = true"),
        record("one")
    ));
    life.workspace.apply().ok();
    life.workspace.plan_is_empty();
    let (here, elsewhere) = (life.workspace.path("worm/audit"), life.workspace.path("elsewhere"));
    fs::rename(&here, &elsewhere).expect("the bucket is there");
    let detail = format!(
        "There is no bucket `audit` in `{}`, though entry … of its chain was seen before; mount the volume, or restore the \
         bucket from a backup. If it was removed on purpose, tell Terraform to forget it and its records: `terraform state \
         rm ADDRESS`.",
        life.workspace.path("worm").display()
    );
    let gone = |at| Expected { at, summary: "Bucket is gone", detail: &detail };
    life.plan().fails().errs(&[gone("")]);
    life.workspace.run(&["plan", "-destroy", "-json", "-input=false"]).fails().errs(&[gone("")]);
    // A record misses its bucket, whoever manages that.
    let alone = ["plan", "-json", "-input=false", "-target=mlassets_worm_record.one"];
    let whole = fs::read_to_string(life.workspace.path("main.tf")).expect("it was written");
    life.workspace.configure(&record("one").replace("mlassets_worm_bucket.this.name", "\"audit\""));
    life.workspace.run(&alone).fails().errs(&[gone("bucket = ")]);
    life.workspace.configure(&whole);
    assert!(!here.exists(), "nothing was made in its place");
    fs::rename(&elsewhere, &here).expect("the folder can be written");
    life.workspace.plan_is_empty();

    fs::remove_dir_all(&here).expect("the bucket is there");
    life.workspace.run(&["state", "rm", ADDRESS, "mlassets_worm_record.one"]).ok();
    life.workspace.apply().ok().says("2 added, 0 changed, 0 destroyed.");
}

#[test]
fn notices_what_happens_to_its_chain() {
    /// A bucket and two records; entry 1 is the bucket's, 2 and 3 are theirs.
    #[track_caller]
    fn check(meddle: impl Fn(&std::path::Path), detail: &str) {
        let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
        life.workspace.configure(&bucket(1, "  keep_on_destroy = true"));
        life.workspace.apply().ok();
        life.workspace.write("records.tf", &format!("{}{}", record("one"), record("two")));
        life.workspace.run(&["apply", "-auto-approve", "-no-color", "-parallelism=1"]).ok();
        life.workspace.run(&["apply", "-auto-approve", "-no-color", "-refresh-only"]).ok();
        meddle(&life.workspace.path("worm/audit/.chain"));
        let plan = ["plan", "-json", "-input=false", "-target", ADDRESS];
        let errors = [Expected { at: "", summary: "Archive is damaged", detail }];
        life.workspace.run(&plan).fails().errs(&errors);
    }

    let entry = |chain: &std::path::Path, number: u32| chain.join(format!("{number:012}.json"));
    check(
        |chain| fs::remove_file(entry(chain, 3)).expect("the entry is there"),
        "Bucket `audit` is damaged, nothing was changed:\n- entry 3 should have the hash …, but there is no such entry; the \
         chain was cut or rewritten, restore it from a backup.",
    );
    check(
        |chain| fs::remove_file(entry(chain, 2)).expect("the entry is there"),
        "Bucket `audit` is damaged, nothing was changed:\n- the chain is broken at entry 2: the entry is missing; restore \
         `.chain` from a backup…",
    );
    check(
        |chain| {
            let path = entry(chain, 2);
            let text = fs::read_to_string(&path).expect("the entry is there");
            fs::remove_file(&path).expect("the folder can be written");
            fs::write(&path, text.replace("acceptance", "somebody")).expect("it can be written");
        },
        "Bucket `audit` is damaged, nothing was changed:\n- …- the chain is broken at entry 2: the hash does not fit the \
         entry; restore `.chain` from a backup.",
    );
    // A whole new history of the same length holds in itself, but is not the one that Terraform saw.
    check(
        |chain| {
            use mlassets::backend::worm::{Archive, Content, NewBucket, NewRecord, Options};
            let root = chain.ancestors().nth(2).expect("the archive").to_owned();
            fs::remove_dir_all(root.join("audit")).expect("the bucket is there");
            let archive = Archive::directory(root, Options::new("forger")).expect("a good root");
            let forge = async {
                let new = NewBucket { name: "audit".to_owned(), retention_days: 1 };
                archive.create_bucket(new).await?;
                for name in ["one", "two"] {
                    let new = NewRecord {
                        bucket: "audit".to_owned(),
                        record_type: "release".to_owned(),
                        name: name.to_owned(),
                        event_time: "2025-01-15T04:00:00Z".parse().expect("a time"),
                        content: Content::Bytes(b"forged".to_vec()),
                        expected_sha256: None,
                    };
                    archive.append(new).await?;
                }
                Ok::<_, mlassets::backend::worm::Error>(())
            };
            crate::meddle::wait(forge).expect("a forger can write");
        },
        "Bucket `audit` is damaged, nothing was changed:\n- entry 3 should have the hash …, but it has …; the chain was cut \
         or rewritten, restore it from a backup.",
    );
}
