//! The life of a signal.

use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::{told, unique};
use crate::meddle::redis;
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_signal.this";

/// A provider whose signals nobody else has.
fn provider(prefix: &str) -> String {
    format!("provider \"mlassets\" {{\n  redis {{\n    key_prefix = \"{prefix}\"\n  }}\n}}\n")
}

fn signal(more: &str) -> String {
    format!("resource \"mlassets_signal\" \"this\" {{\n  name = \"halt_global\"\n{more}}}\n")
}

fn life(program: String, prefix: &str) -> Life {
    let life = Life::new(program, ADDRESS, "");
    life.workspace.write("background.tf", &provider(prefix));
    life
}

/// Somebody changes fields of a hash as our script would.
fn by_hand(key: &str, fields: &[&str]) {
    let words = [&["HSET", key, "actor", "somebody"][..], fields].concat();
    let _: i64 = redis(&words);
    let _: i64 = redis(&["HINCRBY", key, "version", "1"]);
}

const NO_FILE: &str = "The signal is set. What may keep it from being obeyed:\n- the server keeps no append-only file, so a \
                       signal may be gone after a restart; set `appendonly yes`";

#[test]
fn from_beginning_to_end() {
    with_each_program(|program| {
        let prefix = unique("life");
        let (key, copy) = (format!("{{{prefix}}}:halt_global"), format!("{{{prefix}}}:copy"));
        let life = life(program, &prefix);
        let calm = signal("  active = false\n");
        let given = signal("  active = true\n  reason = \"drill\"\n");
        life.becomes(
            "it is created",
            &calm,
            "create",
            &json!({ "active": false, "reason": null, "version": 1, "key": key, "changed_by": "acceptance" }),
        );
        life.becomes(
            "it is given",
            &given,
            "update",
            &json!({ "active": true, "reason": "drill", "version": 2 }),
        );
        life.stays("no reason to change anything", &format!("{given}# the same\n"));
        let state = json!({ "active": true, "reason": "drill", "version": 4, "ttl_seconds": null });
        life.meddled("somebody lifts it", || by_hand(&key, &["active", "0"]), "update", &state);
        let forget = || {
            let _: i64 = redis(&["DEL", &key]);
        };
        life.meddled(
            "somebody removes it",
            forget,
            "create",
            &json!({ "active": true, "version": 1 }),
        );
        let expire = || {
            let _: i64 = redis(&["EXPIRE", &key, "3600"]);
        };
        life.meddled(
            "it would end by itself",
            expire,
            "update",
            &json!({ "ttl_seconds": null, "version": 2 }),
        );

        let copied = signal(&format!(
            "  active = true\n  reason = \"drill\"\n  copy = {{\n    key = \"{copy}\"\n    encoding = \"plain\"\n  }}\n"
        ));
        life.becomes(
            "it gets a copy",
            &copied,
            "update",
            &json!({ "copy": { "key": copy, "encoding": "plain" } }),
        );
        let confuse = || {
            let _: String = redis(&["SET", &copy, "0"]);
        };
        life.meddled("somebody changes the copy", confuse, "update", &json!({ "version": 4 }));
        assert_eq!(redis::<String>(&["GET", &copy]), "1");

        let brief = signal("  active = true\n  reason = \"drill\"\n  ttl_seconds = 3600\n");
        life.becomes("it is to end by itself", &brief, "update", &json!({ "ttl_seconds": 3600 }));
        life.becomes("it is to last", &given, "update", &json!({ "ttl_seconds": null }));
        life.is_imported("halt_global", "{ name = \"halt_global\" }");

        let in_use = Expected {
            at: "name = ",
            summary: "Signal is active",
            detail: "Whatever it stopped would go on. Apply `active = false` first, or set `force_destroy = true` and apply \
                     that. To leave it as it is, take it out of the state with a `removed` block.",
        };
        life.workspace.run(&["plan", "-destroy", "-json", "-input=false"]).fails().errs(&[in_use]);

        life.workspace.configure(&calm);
        let lifted = Expected {
            at: "active = ",
            summary: "The signal is lifted",
            detail: "\"acceptance\" raised it at …. Whatever it stopped goes on with the apply.",
        };
        life.plan().ok().warns(&[lifted]);
        let applied = life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).ok();
        // Terraform plans once more while it applies.
        applied.warns(&[
            lifted,
            lifted,
            Expected {
                at: "name = ",
                summary: "Do not rely on this Redis server yet",
                detail: NO_FILE,
            },
        ]);
        life.ends();
        assert_eq!(
            redis::<String>(&["HGET", &key, "active"]),
            "0",
            "the key stays, for its version"
        );
        life.becomes("it is declared again", &calm, "create", &json!({ "active": false }));

        let forced = signal("  active = true\n  force_destroy = true\n");
        life.becomes("it may be destroyed", &forced, "update", &json!({ "force_destroy": true }));
        life.cannot_import(
            "resource \"mlassets_signal\" \"this_missing\" {\n  name = \"none\"\n  active = true\n}\n",
            "none",
            "There is nothing with the import ID \"none\", which has the form `{name}`.",
        );
        life.ends();
        assert_eq!(redis::<String>(&["HGET", &key, "active"]), "0", "and it is lifted");
        let history: Vec<redis::Value> =
            redis(&["XRANGE", &format!("{{{prefix}}}:events"), "-", "+"]);
        assert!(history.len() > 8, "each change of ours is in the history: {history:?}");
    });
}

/// Between plan and apply, somebody else changes the signal.
#[test]
fn is_not_changed_unseen() {
    let prefix = unique("unseen");
    let key = format!("{{{prefix}}}:halt_global");
    let life = life(told("MLASSETS_TEST_TERRAFORM"), &prefix);
    life.workspace.configure(&signal("  active = true\n"));
    life.workspace.apply().ok();
    life.workspace.configure(&signal("  active = false\n"));
    life.plan().ok();
    by_hand(&key, &["reason", "worse than we thought"]);
    let stale = format!(
        "The signal at `{key}` on the Redis server … was changed meanwhile: version 2, active by \"somebody\" at …; plan again \
         to see what differs."
    );
    let errors = [Expected { at: "", summary: "Signal changed meanwhile", detail: &stale }];
    life.workspace.run(&["apply", "-json", "-input=false", "plan"]).fails().errs(&errors);
    assert_eq!(redis::<String>(&["HGET", &key, "active"]), "1");
}

/// A stop that somebody else has raised is not lifted by whoever declares the signal for the first time.
#[test]
fn that_is_active_is_imported_not_made() {
    let prefix = unique("raised");
    let first = life(told("MLASSETS_TEST_TERRAFORM"), &prefix);
    first.workspace.configure(&signal("  active = true\n  reason = \"drill\"\n"));
    first.workspace.apply().ok();

    let second = life(told("MLASSETS_TEST_TERRAFORM"), &prefix);
    for other in ["  active = false\n", "  active = true\n  reason = \"other\"\n"] {
        second.workspace.configure(&signal(other));
        second.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
            at: "name",
            summary: "Signal is active",
            detail: "Somebody has raised it: \"acceptance\", at …, not just as it is declared. To manage it, import it: \
                     `terraform import ADDRESS \"halt_global\"`.",
        }]);
    }
    // Just as it is declared, it may be what an interrupted apply has left.
    second.workspace.configure(&signal("  active = true\n  reason = \"drill\"\n"));
    second.workspace.apply().ok();
    second.is("it is taken over", &json!({ "version": 1, "listeners": null }));
    first.workspace.plan_is_empty();
}

#[test]
fn asks_for_what_it_needs() {
    let life = life(told("MLASSETS_TEST_TERRAFORM"), "a b");
    life.workspace.configure(&signal("  active = true\n"));
    life.plan().fails().errs(&[Expected {
        at: "key_prefix = ",
        summary: "Invalid value",
        detail: "Braces, blanks and characters beyond ASCII are not allowed in the prefix.",
    }]);
    life.workspace.write("background.tf", &provider("p"));
    life.refuses(
        "resource \"mlassets_signal\" \"this\" {\n  name = \"halt:global\"\n  active = true\n  reason = \"\"\n}\n",
        &[
            Expected {
                at: "name = ",
                summary: "Invalid value",
                detail: "Only letters, digits, `_`, `.` and `-` are allowed in the name.",
            },
            Expected { at: "reason = ", summary: "Invalid value", detail: "`reason` must have 1 to 500 characters, found 0." },
        ],
    );
    let key = format!("{{{}}}:list", unique("foreign"));
    let prefix = key.trim_start_matches('{').split('}').next().expect("a prefix").to_owned();
    let _: i64 = redis(&["RPUSH", &key, "1"]);
    life.workspace.write("background.tf", &provider(&prefix));
    life.workspace.configure(
        "resource \"mlassets_signal\" \"this\" {\n  name = \"list\"\n  active = true\n}\n",
    );
    let detail = format!(
        "The key `{key}` on the Redis server … is not ours: it holds a value of type list; nothing was changed. Choose another \
         name or `key_prefix`, or remove that key if nobody needs it."
    );
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[
        Expected { at: "", summary: "The key belongs to something else", detail: &detail },
    ]);
}

/// `kill -9` right before and right after the change: the next apply goes on from there.
#[test]
fn survives_its_provider() {
    let prefix = unique("kill");
    let key = format!("{{{prefix}}}:halt_global");
    let life = life(told("MLASSETS_TEST_TERRAFORM"), &prefix);
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
    // A creation, and then changes of what there is.
    for (round, version) in [("one", "1"), ("two", "2"), ("three", "3")] {
        for point in ["signal.before_set", "signal.after_set"] {
            life.workspace
                .configure(&signal(&format!("  active = true\n  reason = \"{round}\"\n")));
            life.workspace.run_with(&apply, &[("MLASSETS_FAULT", point)]).died();
        }
        life.workspace.apply().ok();
        life.workspace.plan_is_empty();
        assert_eq!(
            redis::<String>(&["HGET", &key, "version"]),
            version,
            "each change happened once"
        );
    }
}

#[test]
fn needs_a_server() {
    #[track_caller]
    fn check(settings: &str, summary: &str, detail: &str) {
        let life = life(told("MLASSETS_TEST_TERRAFORM"), "p");
        life.workspace.configure(&signal("  active = true\n"));
        let block = if settings.is_empty() {
            String::new()
        } else {
            format!("provider \"mlassets\" {{\n  redis {{\n{settings}  }}\n}}\n")
        };
        life.workspace.write("background.tf", &block);
        let workspace = life.workspace.without("MLASSETS_REDIS_URL");
        let planned = workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails();
        let planned = planned.errs(&[Expected { at: "", summary, detail }]);
        assert!(!planned.text().contains("hunter2"), "{planned}");
    }

    let unusable = "Redis configuration not usable";
    check(
        "",
        "No `redis` block in the provider configuration",
        "This resource needs it. Add `redis { … }` to `provider \"mlassets\"`, or set MLASSETS_REDIS_URL.",
    );
    check(
        "    key_prefix = \"p\"\n",
        "No Redis server",
        "Set `url` in the `redis` block to a `redis://` or `rediss://` URL, or the environment variable MLASSETS_REDIS_URL.",
    );
    check(
        "    url = \"redis://:hunter2@host/db\"\n",
        unusable,
        "`url` must end in the number of a database, such as /0, or in nothing.",
    );
    check(
        "    url = \"rediss://host\"\n    client_key = \"hunter2\"\n",
        unusable,
        "`client_key` needs `client_certificate` beside it.",
    );
    check(
        "    url = \"redis://:hunter2@127.0.0.1:1\"\n",
        "Redis did not do as asked",
        "The Redis server 127.0.0.1:1 cannot be reached: nothing listens there.",
    );
}
