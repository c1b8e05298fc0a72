//! The program itself: what it writes where, and its exit codes.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{Trial, test};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("program::results_and_errors_go_their_own_ways", results_and_errors),
        test("program::errors_are_json_too", errors_are_json),
        test("program::the_project_stands_before_the_command_or_behind_it", project_anywhere),
        test("program::the_examples_of_the_help_work", examples_of_the_help),
        test("program::without_a_terminal_nobody_is_asked", nobody_is_asked),
        test("program::a_reader_that_has_seen_enough_is_no_error", broken_pipe),
    ]
}

#[track_caller]
fn check(arguments: &[&str], code: i32, out: &str, err: &str) {
    let done = Command::new(env!("CARGO_BIN_EXE_mlgen")).args(arguments).output().unwrap();
    assert_eq!(done.status.code(), Some(code));
    for (bytes, part) in [(done.stdout, out), (done.stderr, err)] {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(part) && text.is_empty() == part.is_empty(), "{text}");
    }
}

fn results_and_errors() {
    check(&["completions", "bash"], 0, "complete -F _mlgen", "");
    check(&["--version"], 0, concat!("mlgen ", env!("CARGO_PKG_VERSION")), "");
    check(&["completions", "dos"], 2, "", "invalid value 'dos'");
    check(&["bake"], 2, "", "unrecognized subcommand 'bake'");
    check(&["help"], 0, "Usage: mlgen", "");
    check(&["help", "render"], 0, "Usage: mlgen render", "");
}

/// A new project of `mlgen init`, and what the program says there.
struct Begun(tempfile::TempDir);

impl Begun {
    fn new(arguments: &[&str]) -> Self {
        let begun = Self(tempfile::tempdir().unwrap());
        let arguments = [&["init", "--name", "shop"], arguments].concat();
        let (code, out, err) = begun.run(&arguments);
        assert_eq!(code, 0, "{out}{err}");
        begun
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mlgen"));
        let command = command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        let done = command.output().unwrap();
        let [out, err] = [done.stdout, done.stderr].map(|text| String::from_utf8(text).unwrap());
        (done.status.code().unwrap(), out, err)
    }

    #[track_caller]
    fn problems(&self, arguments: &[&str]) -> Vec<Value> {
        let (code, out, err) = self.run(arguments);
        assert_eq!((code, err.as_str()), (2, ""), "{out}");
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&report["format_version"], &report["written"]), (&json!(1), &json!(false)));
        assert_eq!(report["changes"], json!([]));
        report["problems"].as_array().unwrap().clone()
    }
}

fn errors_are_json() {
    let begun = Begun::new(&["--target", "compose"]);
    let render = ["render", "--all", "--format", "json"];
    let environment = ["render", "--env", "stagin", "--format", "json"];
    assert_eq!(
        begun.problems(&environment),
        [json!({
            "kind": "run", "severity": "error", "path": null, "line": null, "column": null,
            "message": "there is no environment `stagin`; did you mean `staging`?", "help": null,
        })]
    );
    let path = begun.0.path().join("configs/base/more.yaml");
    std::fs::write(
        path,
        "components:\n  api:\n    imgae: x\n    environment: { DB_PASSWORD: hunter2 }\n",
    )
    .unwrap();
    let problems = begun.problems(&render);
    let places: Vec<_> =
        problems.iter().map(|one| [&one["path"], &one["line"], &one["column"]]).collect();
    assert_eq!(
        places,
        [
            [&json!("configs/base/more.yaml"), &json!(3), &json!(5)],
            [&json!("configs/base/more.yaml"), &json!(4), &json!(33)],
        ]
    );
    let Some(message) = problems[1]["message"].as_str() else { panic!("{problems:?}") };
    assert_eq!(
        message,
        "`api.environment.DB_PASSWORD` sounds like a secret, and this is its value"
    );
    assert!(
        problems.iter().all(|one| one["kind"] == "spec"
            && one["severity"] == "error"
            && one["help"].is_string())
    );
    assert_eq!(begun.problems(&["explain", "staging", "api.image", "--format", "json"]), problems);
}

fn project_anywhere() {
    let begun = Begun::new(&["--target", "compose"]);
    let root = begun.0.path().to_str().unwrap();
    check(&["--project", root, "render", "--all", "--check"], 1, "to create", "");
    check(&["render", "--project", root, "--all", "--check"], 1, "to create", "");
    check(&["--project", root, "init", "x"], 2, "", "there is no project yet for --project");
}

fn nobody_is_asked() {
    let begun = Begun(tempfile::tempdir().unwrap());
    let (code, _, err) = begun.run(&["init", "shop"]);
    let expected = "no terminal to ask: targets aws, azure, helm, compose; environments staging, production; --target and --env say otherwise\n";
    assert_eq!((code, err.as_str()), (0, expected));
}

/// Each line of the help of `render` and `explain` that shows a command, in a project with all targets.
fn examples_of_the_help() {
    let begun = Begun::new(&[
        "--target", "aws", "--target", "azure", "--target", "helm", "--target", "compose",
    ]);
    let mut ran = 0;
    for command in ["render", "explain"] {
        let (_, help, _) = begun.run(&[command, "--help"]);
        for line in help.lines().filter_map(|line| line.strip_prefix("  mlgen ")) {
            let typed = line.split("   ").next().unwrap_or_default();
            let (code, out, err) = begun.run(&typed.split_whitespace().collect::<Vec<_>>());
            let fine = code == 0 || code == 1 && typed.contains("--check");
            assert!(fine, "mlgen {typed}: {code}\n{out}{err}");
            ran += 1;
        }
    }
    assert_eq!(ran, 8);
    let (code, _, err) = begun.run(&["render", "--all", "--set", "api.desired_count=3"]);
    assert_eq!((code, err.as_str()), (0, ""));
}

fn broken_pipe() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlgen"));
    let command = command.args(["completions", "bash"]).stdout(Stdio::piped());
    let mut program = command.stderr(Stdio::piped()).spawn().unwrap();
    drop(program.stdout.take());
    let done = program.wait_with_output().unwrap();
    assert_eq!(
        (done.status.code(), String::from_utf8(done.stderr).unwrap().as_str()),
        (Some(0), "")
    );
}
