//! The schemas against what people write: each file of the examples and of a new project fits, and typical mistakes do
//! not. So an editor marks what `mlgen render` would refuse, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use mlgen::catalogue::Folder;
use mlgen::construct::stack;
use mlgen::init::{Answers, init};
use mlgen::schema::{SchemaKind, schema};
use mlgen::source::Sources;
use mlgen::{App, Input, PROJECT_FILE, yaml};
use serde_json::Value as Json;

use crate::repository::{self, has_ending, projects};
use crate::{Trial, test};

/// A mistake in a file that was fine: what stands in it once, what stands there instead, and what its schema says.
struct Mistake {
    name: &'static str,
    file: &'static str,
    edit: [&'static str; 2],
    says: &'static str,
}

const BASE: &str = "configs/base/infrastructure.yaml";

const MISTAKES: [Mistake; 5] = [
    Mistake {
        name: "mistyped_key",
        file: PROJECT_FILE,
        edit: ["class: staging", "clas: staging"],
        says: "/environments/staging: Additional properties are not allowed ('clas' was unexpected)",
    },
    Mistake {
        name: "impossible_name",
        file: PROJECT_FILE,
        edit: ["system: quickstart", "system: My shop"],
        says: "/system: \"My shop\" does not match \"^[a-z][a-z0-9-]*$\"",
    },
    Mistake {
        name: "mistyped_section",
        file: BASE,
        edit: ["components:", "component:"],
        says: ": Additional properties are not allowed ('component' was unexpected)",
    },
    Mistake {
        name: "mistyped_input",
        file: BASE,
        edit: ["database_name: ", "database_nmae: "],
        says: "/components/database: Additional properties are not allowed ('database_nmae' was unexpected)",
    },
    Mistake {
        name: "wrong_type",
        file: "configs/base/services.yaml",
        edit: ["port: 8000", "port: plenty"],
        says: "/components/api/port: \"plenty\" is not valid under any of the schemas listed in the 'anyOf' keyword",
    },
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        test("schema::accepts_a_new_project", new_project),
        test("schema::of_any_project_is_committed", committed),
    ];
    for name in projects() {
        let folder = repository::root().join("examples").join(&name);
        trials.push(test(format!("schema::accepts_{name}"), move || accepted(&project(&folder))));
    }
    for mistake in &MISTAKES {
        trials.push(test(format!("schema::refuses_{}", mistake.name), move || refused(mistake)));
    }
    trials
}

/// The texts of a project that have a schema, and the project as mlgen reads it.
struct Project {
    texts: BTreeMap<String, String>,
    app: App,
}

fn project(folder: &Path) -> Project {
    let mut texts = BTreeMap::new();
    for (path, bytes) in repository::tree(&folder.join("configs"), &[]) {
        if has_ending(&path, "yaml") {
            texts.insert(format!("configs/{path}"), String::from_utf8(bytes).unwrap());
        }
    }
    texts.insert(PROJECT_FILE.to_owned(), fs::read_to_string(folder.join(PROJECT_FILE)).unwrap());
    Project { texts, app: mlgen_cli::project::read(folder, &[]).unwrap() }
}

fn new_project() {
    let answers = Answers {
        targets: ["aws", "azure", "compose", "helm", "mlassets"].map(str::to_owned).to_vec(),
        ..Answers::default()
    };
    let documents = init(&answers).unwrap_or_else(|_| panic!("the answers are fine"));
    let texts = documents.into_iter().filter(|one| has_ending(&one.path, "yaml"));
    let texts: BTreeMap<String, String> = texts.map(|one| (one.path, one.text)).collect();
    let files = texts.clone();
    let app = App::new(Input { files, catalogues: vec![Folder::builtin()], set: Vec::new() });
    accepted(&Project { texts, app });
}

/// Every file fits the schema that knows the project, and the one that knows none.
#[track_caller]
fn accepted(project: &Project) {
    assert!(!project.app.has_errors(), "the project is fine");
    assert!(project.texts.len() > 2, "{:?}", project.texts.keys());
    for app in [Some(&project.app), None] {
        for kind in [SchemaKind::Project, SchemaKind::Configs] {
            let validator = validator(kind, app);
            let texts = project.texts.iter().filter(|(path, _)| kind_of(path) == kind);
            for (path, text) in texts {
                assert_eq!(wrong(&validator, text), Vec::<String>::new(), "{path}");
            }
        }
    }
}

fn refused(mistake: &Mistake) {
    let project = project(&repository::root().join("examples/quickstart"));
    let validator = validator(kind_of(mistake.file), Some(&project.app));
    let [old, new] = mistake.edit;
    let text = &project.texts[mistake.file];
    assert_eq!(text.matches(old).count(), 1, "{old:?} stands in it once");
    assert_eq!(wrong(&validator, &text.replace(old, new)), [mistake.says]);
}

/// The files in `docs/reference` are schemas themselves, and what `mlgen schema` prints outside of a project.
fn committed() {
    for (name, kind) in
        [("project.schema.json", SchemaKind::Project), ("configs.schema.json", SchemaKind::Configs)]
    {
        let file = repository::root().join("docs/reference").join(name);
        let text = fs::read_to_string(&file).unwrap();
        let found: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(found, schema(kind, None), "{name} is stale, run `cargo xtask gen`");
        assert!(jsonschema::meta::is_valid(&found), "{name} is no schema");
    }
}

fn kind_of(path: &str) -> SchemaKind {
    if path == PROJECT_FILE { SchemaKind::Project } else { SchemaKind::Configs }
}

fn validator(kind: SchemaKind, app: Option<&App>) -> Validator {
    jsonschema::validator_for(&schema(kind, app)).unwrap()
}

/// What a schema says against a file, each with its place.
fn wrong(validator: &Validator, text: &str) -> Vec<String> {
    let value = json(text);
    let errors = validator.iter_errors(&value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// A file as mlgen reads it, which is less guessing than other readers do.
fn json(text: &str) -> Json {
    let mut sources = Sources::default();
    let file = sources.add("a file", text);
    let (node, diags) = yaml::parse(&sources, file);
    assert!(diags.is_empty(), "it is YAML: {diags:?}");
    stack::json(&node.unwrap())
}
