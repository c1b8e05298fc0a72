//! Secrets that are planted and then looked for in all that a run leaves behind: state, plan, logs at TRACE,
//! and what it says.
//!
//! Nothing that Terraform itself writes is left out of the search: the secrets come from the environment or
//! from ephemeral variables, which it keeps neither in a plan nor in its log.
//!
//! Each canary is searched for as it is, in base64 at each of the three alignments, in hexadecimal digits,
//! and percent-encoded, which leaves its letters as they are.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::harness::{Run, Workspace, told, unique};
use crate::server::{Request, Server};

/// Letters and digits that are nowhere else.
struct Canary(String);

impl Canary {
    fn new() -> Self {
        Canary(format!("canary{}", uuid::Uuid::new_v4().simple()))
    }

    /// The forms in which it could be written down.
    fn forms(&self) -> Vec<String> {
        let mut forms = vec![self.0.clone(), hex::encode(&self.0)];
        for shift in 0..3 {
            let shifted = [&b"xx"[..shift], self.0.as_bytes()].concat();
            for engine in [&STANDARD, &URL_SAFE] {
                // The first and the last digits depend on the neighbours.
                let text = engine.encode(&shifted);
                forms.push(text[4..text.len() - 4].to_owned());
            }
        }
        forms
    }

    /// The form that is in the text, and where.
    fn find(&self, text: &[u8]) -> Option<(String, usize)> {
        self.forms().into_iter().find_map(|form| {
            let at = text.windows(form.len()).position(|window| window == form.as_bytes())?;
            Some((form, at))
        })
    }

    /// Asserts that the text has it in no form.
    #[track_caller]
    fn is_not_in(&self, place: &str, text: &[u8]) {
        if let Some((form, at)) = self.find(text) {
            let around = &text[at.saturating_sub(600)..text.len().min(at + 200)];
            panic!("{form} is in {place}: {}", String::from_utf8_lossy(around));
        }
    }
}

/// A workspace in which everything is logged, and the canaries that must not come out of it.
pub(crate) struct Cage {
    workspace: Workspace,
    canaries: Vec<Canary>,
}

impl Cage {
    pub(crate) fn new(resources: &str) -> Self {
        let workspace = Workspace::new(resources);
        let log = workspace.path("trace.log").display().to_string();
        let workspace = workspace
            .env("TF_LOG", "TRACE")
            .env("TF_LOG_PROVIDER", "TRACE")
            .env("TF_LOG_PATH", log);
        Cage { workspace, canaries: Vec::new() }
    }

    /// Plants a new canary in an environment variable.
    fn plant(mut self, variable: &str, value: impl Fn(&str) -> String) -> Self {
        let canary = Canary::new();
        self.workspace = self.workspace.env(variable, value(&canary.0));
        self.canaries.push(canary);
        self
    }

    /// What must not come out of it, whoever puts it in.
    pub(crate) fn wary_of(mut self, text: &str) -> Self {
        self.canaries.push(Canary(text.to_owned()));
        self
    }

    /// Runs Terraform and searches what it says.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let run = self.workspace.run(arguments);
        for canary in &self.canaries {
            canary.is_not_in("stdout", run.stdout.as_bytes());
            canary.is_not_in("stderr", run.stderr.as_bytes());
        }
        run
    }

    /// Searches all files of the workspace; the log must be one of the provider at TRACE.
    #[track_caller]
    pub(crate) fn search(&self) {
        let log = fs::read_to_string(self.workspace.path("trace.log")).expect("all is logged");
        assert!(log.contains("[TRACE] provider.terraform-provider-mlassets"), "our own trace");
        let files = search(&self.workspace.path(""), &self.canaries);
        assert!(files > 2, "only {files} files were searched");
    }
}

fn search(folder: &Path, canaries: &[Canary]) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() {
            files += search(&path, canaries);
        } else if path.is_file() {
            let bytes = fs::read(&path).expect("a file of ours");
            for canary in canaries {
                canary.is_not_in(&path.display().to_string(), &bytes);
            }
            files += 1;
        }
    }
    files
}

/// Values for the provider that come from variables which Terraform itself keeps nowhere.
fn provider(attributes: &str, secrets: &[&str]) -> String {
    let variable = |name: &&str| {
        let attributes = "type = string\n  ephemeral = true\n  sensitive = true";
        format!("variable \"{name}\" {{\n  {attributes}\n}}\n")
    };
    let variables = secrets.iter().map(variable).collect::<Vec<_>>().concat();
    format!("{variables}provider \"mlassets\" {{\n{attributes}\n}}\n")
}

fn pool(name: &str) -> String {
    format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  name = \"{name}\"\n  base_job_template = \"{{}}\"\n}}\n"
    )
}

const REGISTRY: &str = "resource \"mlassets_model_registry\" \"this\" {}\n";

const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-no-color"];

fn database() -> (String, String) {
    let url = told("MLASSETS_TEST_POSTGRES_URL");
    let (user, place) = url
        .strip_prefix("postgres://")
        .and_then(|rest| rest.split_once('@'))
        .expect("the test's server has a user and no password");
    (user.to_owned(), place.to_owned())
}

#[test]
fn a_canary_is_found_in_each_form() {
    let canary = Canary::new();
    let text = &canary.0;
    let shown = [
        format!("Authorization: Bearer {text}"),
        format!("postgres://me:%40{text}%2F@host/db"),
        hex::encode(format!("key {text}")),
        STANDARD.encode(text),
        STANDARD.encode(format!("a:{text}")),
        URL_SAFE.encode(format!("admin:{text}!")),
    ];
    for shown in shown {
        assert!(canary.find(shown.as_bytes()).is_some(), "{shown}");
    }
    assert!(canary.find(Canary::new().0.as_bytes()).is_none());
}

/// A whole life, with secrets that the servers take: as the test's servers ask for none, any will do.
fn live(cage: &Cage, name: &str) {
    cage.run(&["validate", "-no-color"]).ok();
    cage.run(&["plan", "-input=false", "-no-color", "-out=plan"]).ok();
    cage.run(&["show", "-no-color", "plan"]).ok();
    cage.run(&["show", "-json", "plan"]).ok();
    cage.run(&["apply", "-input=false", "-no-color", "plan"]).ok();
    cage.run(&["show", "-json"]).ok();
    cage.run(&["state", "pull"]).ok();
    cage.run(&["state", "rm", "mlassets_work_pool.this"]).ok();
    cage.run(&["import", "-no-color", "mlassets_work_pool.this", name]).ok();
    cage.run(&APPLY).ok();
    cage.run(&["destroy", "-auto-approve", "-input=false", "-no-color"]).ok();
    cage.search();
}

#[test]
fn what_succeeds_tells_nothing_of_its_environment() {
    let name = unique("secrets");
    let schema = name.replace('-', "_");
    let (user, place) = database();
    let resources = format!(
        "{}{}{REGISTRY}",
        provider(&format!("  registry {{\n    schema = \"{schema}\"\n  }}"), &[]),
        pool(&name)
    );
    let cage = Cage::new(&resources)
        .plant("PREFECT_API_AUTH_STRING", |canary| format!("admin:{canary}"))
        .plant("MLASSETS_REGISTRY_URL", |canary| {
            format!("postgres://{user}:{canary}%40%2F@{place}")
        });
    live(&cage, &name);
    crate::registries::postgres(
        &told("MLASSETS_TEST_POSTGRES_URL"),
        &schema,
        &format!("DROP SCHEMA {schema} CASCADE"),
    );
}

#[test]
fn what_succeeds_tells_nothing_of_its_configuration() {
    let name = unique("secrets");
    let schema = name.replace('-', "_");
    let (user, place) = database();
    let blocks = format!(
        "  prefect {{\n    api_key = var.key\n    headers = {{ \"X-Proxy\" = var.header }}\n  }}\n  \
         registry {{\n    url = var.url\n    schema = \"{schema}\"\n  }}"
    );
    let resources =
        format!("{}{}{REGISTRY}", provider(&blocks, &["key", "header", "url"]), pool(&name));
    let cage = Cage::new(&resources)
        .plant("TF_VAR_key", str::to_owned)
        .plant("TF_VAR_header", |canary| format!("Bearer {canary}"))
        .plant("TF_VAR_url", |canary| format!("postgres://{user}:{canary}@{place}"));
    live(&cage, &name);
    crate::registries::postgres(
        &told("MLASSETS_TEST_POSTGRES_URL"),
        &schema,
        &format!("DROP SCHEMA {schema} CASCADE"),
    );
}

/// A server that refuses each call and repeats all it was told, in the ways in which servers do.
fn check_refusal(answer: fn(&Request) -> (u16, String, String), expected: &str) {
    let server = Server::start(answer);
    let blocks = "  prefect {\n    headers = { \"X-Proxy\" = var.header }\n  }";
    let resources = format!("{}{}", provider(blocks, &["header"]), pool("refused"));
    let mut cage = Cage::new(&resources)
        .plant("PREFECT_API_KEY", str::to_owned)
        .plant("TF_VAR_header", str::to_owned);
    cage.workspace = cage.workspace.env("PREFECT_API_URL", server.api_url());
    cage.run(&APPLY).fails().says(expected);
    let import = ["import", "-no-color", "mlassets_work_pool.this", "refused"];
    cage.run(&import).fails();
    cage.search();
}

/// As a JSON text, and once more as a text in it.
fn echo(request: &Request) -> String {
    serde_json::json!(format!("{} {}", request.head, request.body)).to_string()
}

#[test]
fn refusals_that_repeat_the_request() {
    check_refusal(
        |request| (401, String::new(), format!("{{\"detail\": {}}}", echo(request))),
        "Prefect denied access",
    );
    check_refusal(
        |request| (403, String::new(), format!("{{\"detail\": {}}}", echo(request))),
        "Prefect denied access",
    );
    check_refusal(
        |request| {
            let body = format!(
                "{{\"exception_message\": \"Invalid request received.\", \"exception_detail\": [{{\"loc\": [\"body\", \
                 \"name\"], \"msg\": \"Value error, not this one\", \"type\": \"value_error\", \"input\": {0}}}], \
                 \"request_body\": {0}}}",
                echo(request)
            );
            (422, String::new(), body)
        },
        "Prefect",
    );
    check_refusal(
        |request| (409, String::new(), format!("{{\"detail\": {}}}", echo(request))),
        "Prefect",
    );
    check_refusal(|request| (500, String::new(), echo(request)), "the server failed inside");
    check_refusal(|request| (200, String::new(), format!("<html>{}", request.head)), "Prefect");
    check_refusal(
        |request| {
            let secret = request.head.lines().find(|line| line.starts_with("x-proxy"));
            let secret =
                secret.and_then(|line| line.split_once(' ')).map_or("", |(_, value)| value);
            (
                302,
                format!("location: http://localhost/login?next={secret}#{secret}\r\n"),
                String::new(),
            )
        },
        "Prefect",
    );
}

/// A configuration that cannot work, by what is in `variable`.
fn check_useless(resources: &str, variable: &str, value: impl Fn(&str) -> String, expected: &str) {
    let cage = Cage::new(resources).plant(variable, value);
    cage.run(&APPLY).fails().says(expected);
    cage.run(&["plan", "-input=false", "-no-color"]);
    cage.search();
}

#[test]
fn settings_of_prefect_that_cannot_work() {
    let pool = pool("useless");
    let closed = closed_port();
    let check = |variable, value: &dyn Fn(&str) -> String, expected| {
        check_useless(&pool, variable, value, expected);
    };
    let url = |text: &'static str| move |canary: &str| text.replace("CANARY", canary);
    let unusable = "Prefect configuration not usable";
    check("PREFECT_API_URL", &url("http://me:CANARY@127.0.0.1:1/api"), "contains credentials");
    check("PREFECT_API_URL", &url("http://127.0.0.1:1/api?token=CANARY"), "ends in a query");
    check("PREFECT_API_URL", &url("me:CANARY@127.0.0.1:1/api"), unusable);
    check("PREFECT_API_KEY", &url("CANARY\nX-Other: CANARY"), unusable);
    check("PREFECT_API_AUTH_STRING", &url("CANARY"), "must have the form `user:password`");

    let blocks = "  prefect {\n    headers = { \"X-Proxy\" = var.header }\n  }";
    let header = format!("{}{pool}", provider(blocks, &["header"]));
    check_useless(
        &header,
        "TF_VAR_header",
        url("CANARY\r\nX-Other: CANARY"),
        "has a value for `x-proxy`",
    );

    let blocks = format!(
        "  prefect {{\n    endpoint = \"http://127.0.0.1:{closed}/api\"\n    timeout_seconds = 1\n  }}"
    );
    let unreachable = format!("{}{pool}", provider(&blocks, &[]));
    check_useless(&unreachable, "PREFECT_API_KEY", url("CANARY"), "Prefect did not do as asked");
}

#[test]
fn settings_of_the_registry_that_cannot_work() {
    let (_, place) = database();
    let closed = closed_port();
    let check = |address: &str, expected: &str| {
        check_useless(
            REGISTRY,
            "MLASSETS_REGISTRY_URL",
            |canary| address.replace("CANARY", canary),
            expected,
        );
    };
    let unusable = "Registry address not usable";
    check(&format!("postgres://nobody:CANARY@{place}"), "Registry not accessible");
    check(&format!("postgres://me:CANARY@127.0.0.1:{closed}/db"), "Cannot connect to PostgreSQL");
    check("postgres://me:CANARY@no-such-host.invalid/db", "Cannot connect to PostgreSQL");
    check("mysql://root:CANARY@127.0.0.1/db", unusable);
    check("host=127.0.0.1 password=CANARY", unusable);
    check("postgres://me:CANARY@127.0.0.1:port/db", unusable);
    check("postgres://me:12/CANARY@127.0.0.1/db", unusable);
    check("postgres://me@127.0.0.1/db?password=CANARY", unusable);
    // The scheme is forgotten or misspelt: this is no name of a file.
    check("me:CANARY@127.0.0.1/db", unusable);
    check("//me:CANARY@127.0.0.1/db", unusable);
    check("postgres:/me:CANARY@127.0.0.1/db", unusable);
}

#[test]
fn a_provider_that_dies_tells_nothing() {
    let (user, place) = database();
    let cage = Cage::new(&pool("dies"))
        .plant("PREFECT_API_AUTH_STRING", |canary| format!("admin:{canary}"))
        .plant("MLASSETS_REGISTRY_URL", |canary| format!("postgres://{user}:{canary}@{place}"));
    let cage = Cage {
        workspace: cage.workspace.env("MLASSETS_FAULT", "work_pool.create.before_send"),
        ..cage
    };
    cage.run(&APPLY).died();
    cage.search();
}

/// A port of the loopback on which nobody listens.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The address of the test's Redis server, with a user that the server knows by this password.
fn redis_login(user: &str, password: &str) -> String {
    let _: String = crate::meddle::redis(&[
        "ACL",
        "SETUSER",
        user,
        "on",
        &format!(">{password}"),
        "~*",
        "&*",
        "+@all",
    ]);
    told("MLASSETS_TEST_REDIS_URL").replace("redis://", &format!("redis://{user}:{password}@"))
}

#[test]
fn signals_and_gates_tell_nothing() {
    let user = unique("secrets");
    let server = Server::start(|_| (200, String::new(), "{ \"status\": \"ok\" }".to_owned()));
    let blocks = format!(
        "  redis {{\n    key_prefix = \"{user}\"\n  }}\n  gate {{\n    tokens = {{ ops = var.token }}\n  }}"
    );
    let resources = format!(
        "{}resource \"mlassets_signal\" \"this\" {{\n  name = \"halt\"\n  active = false\n}}\n\
         data \"mlassets_release_gate\" \"this\" {{\n  endpoints = {{\n    ops = {{ url = \"{}\", token = \"ops\" }}\n  }}\n}}\n",
        provider(&blocks, &["token"]),
        server.api_url(),
    );
    let cage = Cage::new(&resources)
        .plant("MLASSETS_REDIS_URL", |canary| redis_login(&user, canary))
        .plant("TF_VAR_token", str::to_owned);
    cage.run(&["plan", "-input=false", "-no-color", "-out=plan"]).ok();
    cage.run(&["show", "-json", "plan"]).ok();
    cage.run(&["apply", "-input=false", "-no-color", "plan"]).ok();
    cage.run(&["state", "pull"]).ok();
    // From now on the password is wrong.
    let _: i64 = crate::meddle::redis(&["ACL", "DELUSER", &user]);
    cage.run(&["plan", "-input=false", "-no-color"]).fails().says("Redis denied access");
    cage.search();
}

#[test]
fn a_gate_that_refuses_tells_nothing() {
    let server = Server::start(|request| {
        (302, format!("location: /{}\r\n", echo(request).len()), echo(request))
    });
    let blocks =
        "  gate {\n    tokens = { ops = var.token }\n    databases = { core = var.database }\n  }";
    let resources = format!(
        "{}data \"mlassets_release_gate\" \"this\" {{\n  endpoints = {{\n    ops = {{ url = \"{}\", token = \"ops\" }}\n  }}\n  \
         queries = {{\n    core = {{ database = \"core\", sql = \"select 1\", equals = \"2\" }}\n  }}\n}}\n",
        provider(blocks, &["token", "database"]),
        server.api_url(),
    );
    let (user, place) = database();
    let cage = Cage::new(&resources)
        .plant("TF_VAR_token", str::to_owned)
        .plant("TF_VAR_database", |canary| format!("postgres://{user}:{canary}@{place}"));
    cage.run(&["plan", "-input=false", "-no-color"])
        .fails()
        .says("The check `ops` has not passed")
        .says("The answer should be \"2\" and is \"1\".");
    cage.search();
}
