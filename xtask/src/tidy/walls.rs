//! What a room must not know. A wall is a sentence of `ARCHITECTURE.md` that a test holds up.

use std::path::Path;

use super::rust::{Code, Named};
use super::{File, Findings};

/// Code in `rooms` names nothing of `forbidden`, except where `doors` say why it may. Test code may.
struct Wall {
    rooms: &'static [&'static str],
    forbidden: &'static [&'static str],
    doors: &'static [Door],
    instead: &'static str,
}

/// A room that the wall leaves open, and why.
type Door = (&'static str, &'static str);

const WALLS: [Wall; 14] = [
    Wall {
        rooms: &[
            "provider/tfplug/src/value",
            "provider/tfplug/src/path",
            "provider/tfplug/src/diag",
            "provider/tfplug/src/schema",
            "provider/tfplug/src/resource",
            "provider/tfplug/src/engine",
        ],
        forbidden: &["crate::wire", "crate::rpc", "tonic", "tonic_prost", "prost", "prost_types"],
        doors: &[],
        instead: "the engine and its types know no wire; convert in `wire`, call from `rpc`",
    },
    Wall {
        rooms: &["provider/tfplug", "provider/tfplug-derive"],
        forbidden: &["mlassets"],
        doors: &[],
        instead: "the framework knows no provider; make it a parameter",
    },
    Wall {
        rooms: &["provider"],
        forbidden: &["mlgen", "mlgen_cli"],
        doors: &[],
        instead: NEIGHBOURS,
    },
    Wall {
        rooms: &["provider/mlassets/src/backend"],
        forbidden: &["tfplug"],
        doors: &[],
        instead: "a backend knows no Terraform; return data and let the asset kind make the diagnostic",
    },
    Wall {
        rooms: &["provider/tfplug/src", "provider/mlassets/src"],
        forbidden: &[
            "std::env",
            "std::io::stdout",
            "std::io::Stdout",
            "std::net::TcpListener",
            "std::net::TcpStream",
            "std::os::unix::net",
            "tokio::io::stdout",
            "tokio::io::Stdout",
            "tokio::net",
        ],
        doors: &[
            ("provider/tfplug/src/serve", "it is the rim of the process"),
            ("provider/tfplug/src/testing", "the harness runs real hosts"),
            (
                "provider/mlassets/src/provider",
                "a provider block falls back to the variables that people already have",
            ),
            ("provider/mlassets/src/main.rs", "it is the rim of the process"),
            (
                "provider/mlassets/src/backend/fault.rs",
                "a test names the point at which a child process ends; release builds hold none of it",
            ),
        ],
        instead: "environment, standard output and sockets belong to `serve`; take the value as a parameter",
    },
    Wall {
        rooms: &["codegen/mlgen/src"],
        forbidden: &[
            "std::env",
            "std::fs",
            "std::io::stderr",
            "std::io::stdin",
            "std::io::stdout",
            "std::net",
            "std::process",
            "std::time::Instant",
            "std::time::SystemTime",
        ],
        doors: &[],
        instead: "the library takes texts and gives documents; `mlgen-cli` touches the process, the disk and the clock",
    },
    Wall {
        rooms: &["codegen/mlgen/src/target"],
        forbidden: &["crate::merge", "crate::spec"],
        doors: &[(
            "codegen/mlgen/src/target/evaluate.rs",
            "what a Compose component says about itself has references in its texts",
        )],
        instead: "a target sees constructs only; give the construct what is missing",
    },
    Wall {
        rooms: &["codegen/mlgen/src/target"],
        forbidden: &["crate::yaml"],
        doors: &[("codegen/mlgen/src/target/helm.rs", "a chart's own Chart.yaml has its version")],
        instead: "a target sees constructs only; give the construct what is missing",
    },
    Wall {
        rooms: &["codegen/mlgen/src/target/compose", "codegen/mlgen/src/target/compose.rs"],
        forbidden: &["crate::target::helm", "crate::target::terraform"],
        doors: &[],
        instead: ONE_TARGET,
    },
    Wall {
        rooms: &["codegen/mlgen/src/target/helm", "codegen/mlgen/src/target/helm.rs"],
        forbidden: &["crate::target::compose", "crate::target::terraform"],
        doors: &[],
        instead: ONE_TARGET,
    },
    Wall {
        rooms: &["codegen/mlgen/src/target/terraform"],
        forbidden: &["crate::target::compose", "crate::target::helm"],
        doors: &[],
        instead: ONE_TARGET,
    },
    Wall {
        rooms: &["codegen/mlgen/src/doc"],
        forbidden: &[
            "crate::catalogue",
            "crate::construct",
            "crate::merge",
            "crate::spec",
            "crate::target",
            "crate::template",
        ],
        doors: &[],
        instead: "a document is syntax without meaning; build its tree in `target`",
    },
    Wall {
        rooms: &["codegen/mlgen-cli/src"],
        forbidden: &["std::fs", "std::os::unix::fs"],
        doors: &[
            ("codegen/mlgen-cli/src/emit", "it writes: all of a change or nothing"),
            ("codegen/mlgen-cli/src/files", "it reads"),
        ],
        instead: "`files` reads and `emit` writes, nobody else touches the disk",
    },
    Wall {
        rooms: &["codegen/mlgen", "codegen/mlgen-cli"],
        forbidden: &["mlassets", "tfplug"],
        doors: &[],
        instead: NEIGHBOURS,
    },
];

const ONE_TARGET: &str = "one target never knows another; what two need goes beside them";
const NEIGHBOURS: &str = "the generator and the provider meet in schemas, as data";

/// Where the asset kinds are, one module each.
const KINDS: &str = "provider/mlassets/src";

/// Modules there that are no asset kinds: every kind may use them.
const NO_KINDS: [&str; 17] = [
    "lib",
    "main",
    "provider",
    "backend",
    "functions",
    "diagnose",
    "types",
    "adopted",
    "anything",
    "audit",
    "artifact_check",
    "deployment_facts",
    "pausing",
    "ranks",
    "records",
    "signalling",
    "switching",
];

pub(super) fn check(file: &File, files: &[File], findings: &mut Findings) {
    let code = Code::read(&file.path, &file.text);
    for named in code.paths() {
        let path = absolute(&file.path, &named);
        for wall in &WALLS {
            if !wall.rooms.iter().any(|room| file.is_in(room))
                || wall.doors.iter().any(|door| file.is_in(door.0))
            {
                continue;
            }
            if let Some(what) = wall.forbidden.iter().find(|what| starts_with(&path, what)) {
                findings.add(
                    file,
                    named.line,
                    "wall",
                    format!("`{what}` must not be named here: {}", wall.instead),
                );
            }
        }
        check_kinds(file, files, &named, &path, findings);
    }
}

fn check_kinds(
    file: &File,
    files: &[File],
    named: &Named,
    path: &[String],
    findings: &mut Findings,
) {
    let Some(own) = kind(&file.path) else { return };
    let [root, other, ..] = path else { return };
    let is_other =
        root == "crate" && other != own && files.iter().any(|file| kind(&file.path) == Some(other));
    if is_other {
        findings.add(
            file,
            named.line,
            "wall",
            format!(
                "the asset kind `{own}` must not know `{other}`: move what both need into a module that is no kind, and name it in `NO_KINDS`"
            ),
        );
    }
}

/// The asset kind that a file belongs to.
fn kind(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(KINDS)?.strip_prefix('/')?;
    let name = rest.split('/').next()?;
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (!NO_KINDS.contains(&name)).then_some(name)
}

fn starts_with(path: &[String], what: &str) -> bool {
    let mut segments = path.iter();
    what.split("::").all(|part| segments.next().is_some_and(|segment| segment == part))
}

/// The path with `self` and `super` at its front resolved, as far as the file's place tells.
fn absolute(file: &str, named: &Named) -> Vec<String> {
    let relative = matches!(named.segments.first().map(String::as_str), Some("self" | "super"));
    if !relative {
        return named.segments.clone();
    }
    let mut module = vec!["crate".to_owned()];
    if let Some((_, inner)) = file.split_once("/src/") {
        let inner = Path::new(inner).with_extension("");
        module.extend(inner.iter().map(|part| part.to_string_lossy().into_owned()));
        if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            module.pop();
        }
    }
    let mut rest = named.segments.as_slice();
    while let [first, after @ ..] = rest {
        match first.as_str() {
            "super" if module.len() > 1 => {
                module.pop();
            }
            "self" | "super" => {}
            _ => break,
        }
        rest = after;
    }
    module.extend_from_slice(rest);
    module
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::check;

    const ENGINE: &str =
        "the engine and its types know no wire; convert in `wire`, call from `rpc`";

    #[test]
    fn the_engine_knows_no_wire() {
        let path = "provider/tfplug/src/engine/plan.rs";
        for (code, what) in [
            ("use crate::{path, wire::codec};", "crate::wire"),
            ("use super::super::rpc::plan;", "crate::rpc"),
            ("fn f() { tonic::Status::ok(\"\") }", "tonic"),
            ("use prost::Message as _;", "prost"),
        ] {
            check(
                &[(path, &format!("//! Head.\n{code}\n"))],
                &[&format!("{path}:2: wall: `{what}` must not be named here: {ENGINE}")],
            );
        }
        check(
            &[(path, "//! Head, not crate::wire.\nuse crate::value::Tree;\n// tonic::Status\n")],
            &[],
        );
        check(&[("provider/tfplug/src/rpc/plan.rs", "//! Head.\nuse crate::wire::codec;\n")], &[]);
        check(
            &[(path, "//! Head.\n#[cfg(test)]\nmod tests {\n    use crate::wire::codec;\n}\n")],
            &[],
        );
    }

    #[test]
    fn the_framework_knows_no_provider() {
        check(
            &[("provider/tfplug/src/erased.rs", "//! Head.\nuse mlassets::provider;\n")],
            &[
                "provider/tfplug/src/erased.rs:2: wall: `mlassets` must not be named here: the framework knows no provider; make it a parameter",
            ],
        );
    }

    #[test]
    fn a_backend_knows_no_terraform() {
        check(
            &[("provider/mlassets/src/backend/prefect/mod.rs", "//! Head.\nuse tfplug::Diags;\n")],
            &[
                "provider/mlassets/src/backend/prefect/mod.rs:2: wall: `tfplug` must not be named here: a backend knows no Terraform; return data and let the asset kind make the diagnostic",
            ],
        );
        check(&[("provider/mlassets/src/work_pool.rs", "//! Head.\nuse tfplug::Diags;\n")], &[]);
    }

    #[test]
    fn only_the_rim_touches_the_process() {
        let text = "//! Head.\nlet url = std::env::var(\"PREFECT_API_URL\");\n";
        check(
            &[("provider/mlassets/src/backend/prefect/client.rs", text)],
            &[
                "provider/mlassets/src/backend/prefect/client.rs:2: wall: `std::env` must not be named here: environment, standard output and sockets belong to `serve`; take the value as a parameter",
            ],
        );
        for path in [
            "provider/tfplug/src/serve/handshake.rs",
            "provider/mlassets/src/provider.rs",
            "provider/mlassets/src/backend/fault.rs",
            "provider/mlassets/tests/main.rs",
        ] {
            check(&[(path, text)], &[]);
        }
    }

    /// Each line of code, in its file, is a breach of a wall.
    fn breaches(cases: &[(&str, &str, &str, &str)]) {
        for (path, code, what, instead) in cases {
            check(
                &[(path, &format!("//! Head.\n{code}\n"))],
                &[&format!("{path}:2: wall: `{what}` must not be named here: {instead}")],
            );
        }
    }

    #[test]
    fn the_generators_library_touches_nothing() {
        let instead = "the library takes texts and gives documents; `mlgen-cli` touches the process, the disk and the clock";
        let path = "codegen/mlgen/src/catalogue/mod.rs";
        breaches(&[
            (path, "use std::fs;", "std::fs", instead),
            (path, "fn f() { std::env::var(NAME) }", "std::env", instead),
            (path, "use std::time::{Duration, Instant};", "std::time::Instant", instead),
            (path, "use std::process::Command;", "std::process", instead),
        ]);
        check(&[(path, "//! Head.\nuse std::time::Duration;\n")], &[]);
        check(&[("codegen/mlgen-cli/src/files/tree.rs", "//! Head.\nuse std::fs;\n")], &[]);
    }

    #[test]
    fn a_target_sees_constructs_and_no_other_target() {
        let instead = "a target sees constructs only; give the construct what is missing";
        let helm = "codegen/mlgen/src/target/helm.rs";
        breaches(&[
            (
                "codegen/mlgen/src/target/terraform/root.rs",
                "use crate::spec::Spec;",
                "crate::spec",
                instead,
            ),
            (helm, "use crate::merge;", "crate::merge", instead),
            ("codegen/mlgen/src/target/evaluate.rs", "use crate::yaml;", "crate::yaml", instead),
            (helm, "use super::terraform;", "crate::target::terraform", super::ONE_TARGET),
            (
                "codegen/mlgen/src/target/compose.rs",
                "use crate::target::helm;",
                "crate::target::helm",
                super::ONE_TARGET,
            ),
        ]);
        check(&[(helm, "//! Head.\nuse crate::construct::Stack;\nuse super::evaluate;\n")], &[]);
    }

    #[test]
    fn a_document_is_syntax_without_meaning() {
        let path = "codegen/mlgen/src/doc/hcl/print.rs";
        let instead = "a document is syntax without meaning; build its tree in `target`";
        breaches(&[
            (path, "use crate::construct::Component;", "crate::construct", instead),
            (path, "use crate::{catalogue, doc};", "crate::catalogue", instead),
        ]);
        check(&[(path, "//! Head.\nuse super::structure::Body;\n")], &[]);
    }

    #[test]
    fn one_room_reads_and_one_writes() {
        let instead = "`files` reads and `emit` writes, nobody else touches the disk";
        breaches(&[("codegen/mlgen-cli/src/render.rs", "use std::fs;", "std::fs", instead)]);
        check(&[("codegen/mlgen-cli/src/emit/apply.rs", "//! Head.\nuse std::fs;\n")], &[]);
    }

    #[test]
    fn generator_and_provider_do_not_know_each_other() {
        breaches(&[
            ("codegen/mlgen/src/app.rs", "use tfplug::Schema;", "tfplug", super::NEIGHBOURS),
            (
                "codegen/mlgen-cli/src/job.rs",
                "use mlassets::provider;",
                "mlassets",
                super::NEIGHBOURS,
            ),
            ("provider/mlassets/src/types.rs", "use mlgen::App;", "mlgen", super::NEIGHBOURS),
        ]);
        check(&[("codegen/standin/src/kind.rs", "//! Head.\nuse tfplug::Schema;\n")], &[]);
    }

    #[test]
    fn one_asset_kind_never_knows_another() {
        let pool =
            ("provider/mlassets/src/work_pool.rs", "//! Head.\nuse crate::backend::prefect;\n");
        let queue = "provider/mlassets/src/work_queue/mod.rs";
        check(
            &[pool, (queue, "//! Head.\nuse crate::work_pool::WorkPool;\n")],
            &[
                "provider/mlassets/src/work_queue/mod.rs:2: wall: the asset kind `work_queue` must not know `work_pool`: move what both need into a module that is no kind, and name it in `NO_KINDS`",
            ],
        );
        check(
            &[pool, (queue, "//! Head.\nuse crate::provider::Context;\nuse super::parts;\n")],
            &[],
        );
        check(
            &[
                pool,
                (
                    "provider/mlassets/src/provider.rs",
                    "//! Head.\nuse crate::work_pool::WorkPool;\n",
                ),
            ],
            &[],
        );
    }
}
