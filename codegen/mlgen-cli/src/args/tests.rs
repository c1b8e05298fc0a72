//! What can be typed, and what is said when it cannot.

use clap::{Args, CommandFactory as _};
use expect_test::{Expect, expect};

use super::{Arguments, Completions, Explain, Init, Render, Schema};

/// A command by itself, as it is once it is a variant of `Command`.
fn command<T: Args>(name: &'static str) -> clap::Command {
    T::augment_args(clap::Command::new(name).bin_name(format!("mlgen {name}")))
}

fn parse<T: Args>(name: &'static str, typed: &str) -> Result<T, clap::Error> {
    let words = [name].into_iter().chain(typed.split_whitespace());
    T::from_arg_matches(&command::<T>(name).try_get_matches_from(words)?)
}

#[track_caller]
fn check_error<T: Args + std::fmt::Debug>(name: &'static str, typed: &str, expected: Expect) {
    let error = parse::<T>(name, typed).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    expected.assert_eq(&error.to_string());
}

#[track_caller]
fn check_help<T: Args>(name: &'static str, expected: Expect) {
    expected.assert_eq(&command::<T>(name).render_help().to_string());
}

#[test]
fn clap_finds_no_fault() {
    Arguments::command().debug_assert();
    command::<Init>("init").debug_assert();
    command::<Render>("render").debug_assert();
    command::<Explain>("explain").debug_assert();
    command::<Schema>("schema").debug_assert();
}

#[test]
fn values_may_have_any_text() {
    let render: Render = parse("render", "--all --set a.b=c=d --set e=").unwrap();
    let set: Vec<_> =
        render.set.iter().map(|one| (one.path.as_str(), one.value.as_str())).collect();
    assert_eq!(set, [("a.b", "c=d"), ("e", "")]);
}

#[test]
fn explain_takes_an_environment_and_a_path() {
    let explain: Explain = parse("explain", "staging database.storage_gb").unwrap();
    assert_eq!(
        (explain.environment.as_str(), explain.path.as_str()),
        ("staging", "database.storage_gb")
    );
}

#[test]
fn init_is_here_unless_said() {
    let init: Init = parse("init", "").unwrap();
    assert_eq!((init.folder.to_str(), init.name), (Some("."), None));
}

#[test]
fn what_is_to_be_rendered_must_be_said() {
    check_error::<Render>(
        "render",
        "--check",
        expect![[r#"
        error: the following required arguments were not provided:
          <--env <NAME>|--all>

        Usage: mlgen render --check <--env <NAME>|--all>

        For more information, try '--help'.
    "#]],
    );
    check_error::<Render>(
        "render",
        "--all --env staging",
        expect![[r#"
        error: the argument '--all' cannot be used with '--env <NAME>'

        Usage: mlgen render <--env <NAME>|--all>

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn a_check_forces_nothing() {
    check_error::<Render>(
        "render",
        "--all --check --force",
        expect![[r#"
        error: the argument '--check' cannot be used with '--force'

        Usage: mlgen render --check <--env <NAME>|--all>

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn an_assignment_needs_a_path_and_a_value() {
    check_error::<Render>(
        "render",
        "--all --set replicas",
        expect![[r#"
        error: invalid value 'replicas' for '--set <PATH=VALUE>': write path=value, for instance api.desired_count=3

        For more information, try '--help'.
    "#]],
    );
    // With its value, which may be a secret, it is not repeated here: the library says what is wrong with the path.
    let render: Render = parse("render", "--all --set api..PASSWORD=hunter2").unwrap();
    assert_eq!(render.set[0].path, "api..PASSWORD");
    check_error::<Explain>(
        "explain",
        "staging .api",
        expect![[r#"
        error: invalid value '.api' for '<PATH>': `.api` is no path: write keys with dots between, for instance api.desired_count

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn help() {
    expect![[r#"
        Renders one spec per system into the stacks of every environment

        Usage: mlgen [OPTIONS] <COMMAND>

        Commands:
          init         Start a project: write an `mlgen.yaml` and a first spec
          render       Render environments, and write what changed
          explain      Say where a value comes from, what it overrode, and where it goes
          schema       Write the JSON schema of mlgen.yaml or of the specs, for editors
          completions  Write a completion script for a shell
          help         Print this message or the help of the given subcommand(s)

        Options:
              --project <DIR>  The folder of mlgen.yaml; found upwards from the current folder unless given
          -h, --help           Print help
          -V, --version        Print version

        Exit codes:
          0  done, or with --check: nothing would change
          1  with --check: something would change
          2  the input or the arguments are wrong, or nothing could be written
    "#]]
    .assert_eq(&Arguments::command().render_help().to_string());
    check_help::<Render>(
        "render",
        expect![[r#"
            Render environments, and write what changed

            Usage: mlgen render [OPTIONS] <--env <NAME>|--all>

            Options:
                  --env <NAME>        An environment; may be given several times
                  --all               Every environment of mlgen.yaml
                  --target <NAME>     Only this target; may be given several times
                  --set <PATH=VALUE>  Set a value above all files; VALUE is YAML; may be given several times
                  --check             Write nothing; show the difference, and exit with 1 if there is one
                  --force             Overwrite files of mlgen that were changed by hand; never files of others
                  --format <FORMAT>   How to show what changed [default: human] [possible values: human, json]
              -h, --help              Print help (see more with '--help')

            Examples:
              mlgen render --env staging                 one environment
              mlgen render --all                         every environment
              mlgen render --env staging --target aws    only its stack for AWS
              mlgen render --all --check                 for pipelines: show what would change, write nothing
              mlgen render --env staging --set database.storage_gb=50
              mlgen render --env staging --set database.aws.multi_az=true    for one target

            Exit codes:
              0  done, or with --check: nothing would change
              1  with --check: something would change
              2  the input or the arguments are wrong, or nothing could be written
        "#]],
    );
    check_help::<Explain>(
        "explain",
        expect![[r#"
            Say where a value comes from, what it overrode, and where it goes

            Usage: mlgen explain [OPTIONS] <ENV> <PATH>

            Arguments:
              <ENV>   The environment
              <PATH>  Path of the value: component, input, and further keys, with dots between

            Options:
                  --set <PATH=VALUE>  Set a value above all files; VALUE is YAML; may be given several times
                  --format <FORMAT>   How to show it [default: human] [possible values: human, json]
              -h, --help              Print help (see more with '--help')

            Examples:
              mlgen explain staging database.storage_gb
              mlgen explain production api.environment.LOG_LEVEL --set api.environment.LOG_LEVEL=debug
        "#]],
    );
    check_help::<Init>(
        "init",
        expect![[r#"
            Start a project: write an `mlgen.yaml` and a first spec

            Usage: mlgen init [OPTIONS] [DIR]

            Arguments:
              [DIR]  The folder, which is made if it is not there [default: .]

            Options:
                  --name <NAME>          Name of the system; the folder's unless given
                  --target <NAME>        What to render for: aws, azure, helm, compose, mlassets; may be given several times
                  --env <NAME>           An environment, the most careless first; staging and production unless given
                  --region <REGION>      Region on AWS
                  --location <LOCATION>  Location on Azure
              -h, --help                 Print help

            Examples:
              mlgen init                                  asks, then writes into the current folder
              mlgen init shop --target aws --target helm  in the folder shop, for two targets
              mlgen init --name shop --region us-east-1   with a name and a region
        "#]],
    );
    check_help::<Schema>(
        "schema",
        expect![[r#"
            Write the JSON schema of mlgen.yaml or of the specs, for editors

            Usage: mlgen schema <FILES>

            Arguments:
              <FILES>  Which files the schema is for [possible values: project, configs]

            Options:
              -h, --help  Print help (see more with '--help')

            Example:
              mlgen schema configs > .mlgen/configs.schema.json
              mlgen schema project > .mlgen/project.schema.json
        "#]],
    );
    check_help::<Completions>(
        "completions",
        expect![[r#"
        Write a completion script for a shell

        Usage: mlgen completions <SHELL>

        Arguments:
          <SHELL>  The shell [possible values: bash, elvish, fish, powershell, zsh]

        Options:
          -h, --help  Print help

        Examples:
          mlgen completions bash > ~/.local/share/bash-completion/completions/mlgen
          mlgen completions zsh > ~/.zfunc/_mlgen
          mlgen completions fish > ~/.config/fish/completions/mlgen.fish
    "#]],
    );
}
