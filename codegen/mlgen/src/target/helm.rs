//! An umbrella chart: the catalogue's charts under the names of components, and values per environment.
//!
//! The chart is the same for all environments; what an environment has is in its values, which say
//! under `enabled` what it has. What only another stack or the run knows is never a value: outputs of other stacks come from
//! a `ConfigMap`, secrets from a Secret, and what must be given at the installation is listed in the head of the values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::HEADER;
use super::evaluate::{Scope, Unknown};
use crate::catalogue::Kind;
use crate::catalogue::types::Type;
use crate::construct::{Component, Resolved, Stack, System, To, Value};
use crate::doc::{Document, json, yaml};
use crate::source::Sources;

/// Version of the umbrella: what is deployed is told apart by its values, not by it.
const VERSION: &str = "0.1.0";

/// Nothing unknown is written into a value.
struct Nothing;

impl Unknown for Nothing {
    fn text(&self, _: &To) -> String {
        String::new()
    }

    fn escape(&self, text: &str) -> String {
        text.to_owned()
    }
}

/// The chart that all environments share.
pub(super) fn chart(system: &System, sources: &Sources) -> BTreeMap<String, Document> {
    let mut found = BTreeMap::new();
    let stacks = system.stacks.iter().filter(|stack| is_helm(stack));
    let mut folders: BTreeMap<String, BTreeMap<String, &Kind>> = BTreeMap::new();
    let mut name = String::new();
    for stack in stacks {
        let kinds = folders.entry(folder(stack)).or_default();
        name.clone_from(&stack.system);
        for component in stack.components.values() {
            if let Some(kind) = component.made.kind() {
                kinds.insert(component.name.clone(), kind);
            }
        }
    }
    for (folder, kinds) in folders {
        let mut add = |path: &str, text: String| {
            let path = format!("{folder}/{path}");
            found.insert(path.clone(), Document { path, text, executable: false });
        };
        let dependencies: Vec<Json> = kinds
            .iter()
            .map(|(component, kind)| {
                object([
                    ("name", kind.name.as_str().into()),
                    ("alias", alias(component).into()),
                    ("version", version(kind, sources).into()),
                    ("condition", format!("enabled.{}", alias(component)).into()),
                ])
            })
            .collect();
        let whole = object([
            ("apiVersion", "v2".into()),
            ("name", name.as_str().into()),
            ("description", format!("All of {name} on Kubernetes.").into()),
            ("type", "application".into()),
            ("version", VERSION.into()),
            ("dependencies", dependencies.into()),
        ]);
        add("Chart.yaml", format!("# {HEADER}\n\n{}", yaml::print(&whole.into())));
        let off = kinds.keys().map(|component| (alias(component), Json::Bool(false)));
        let off = object([("enabled", Json::Object(off.collect()))]);
        add(
            "values.yaml",
            format!(
                "# {HEADER}\n# Nothing is installed without the values of an environment: -f values.<environment>.yaml\n\n{}",
                yaml::print(&off.into())
            ),
        );
        add("values.schema.json", json::print(&schema(&name, &kinds.keys().collect::<Vec<_>>())));
        add(
            "templates/NOTES.txt",
            format!(
                "{name} is installed as {{{{ .Release.Name }}}} in {{{{ .Release.Namespace }}}}.\n"
            ),
        );
        let charts: BTreeMap<&str, &Kind> =
            kinds.values().map(|kind| (kind.name.as_str(), *kind)).collect();
        for (chart, kind) in charts {
            for (path, file) in &kind.files {
                let unused = ["component.yaml", "README.md"].contains(&path.as_str());
                if unused || path.starts_with("tests/") || path.starts_with("ci/") {
                    continue;
                }
                add(&format!("charts/{chart}/{path}"), sources.text(*file).to_owned());
            }
        }
    }
    found
}

/// What values the umbrella takes: one part for each component, which its own chart checks.
fn schema(system: &str, components: &[&String]) -> Json {
    let of_each = |schema: &Json| -> Map<String, Json> {
        components.iter().map(|component| (alias(component), schema.clone())).collect()
    };
    let mut properties = Map::new();
    let enabled = object([
        ("description", "Which components are installed.".into()),
        ("type", "object".into()),
        ("additionalProperties", false.into()),
        ("properties", of_each(&object([("type", "boolean".into())])).into()),
    ]);
    properties.insert("enabled".to_owned(), enabled);
    properties.insert("global".to_owned(), object([("type", "object".into())]));
    properties.extend(of_each(&object([("type", "object".into())])));
    object([
        ("$schema", "http://json-schema.org/draft-07/schema#".into()),
        ("title", system.into()),
        ("type", "object".into()),
        ("additionalProperties", false.into()),
        ("properties", properties.into()),
    ])
}

/// The values of one environment, of which `others` are all stacks.
pub(super) fn values(stack: &Stack, others: &[&Stack], sources: &Sources) -> Document {
    let mut flags: BTreeSet<String> = BTreeSet::new();
    let on = stack.components.keys().map(|component| (alias(component), Json::Bool(true)));
    let mut whole = Map::from_iter([("enabled".to_owned(), Json::Object(on.collect()))]);
    let (mut outputs, mut secrets) = (BTreeSet::new(), BTreeSet::new());
    for component in stack.components.values() {
        let scope = Scope { stack, component, sources, unknown: &Nothing };
        let mut split = Split {
            scope,
            others,
            flags: &mut flags,
            outputs: &mut outputs,
            secrets: &mut secrets,
        };
        whole.insert(alias(&component.name), Json::Object(split.component(component)));
    }
    let mut head = format!("# {HEADER}\n");
    let prefix = &stack.statics.prefix;
    if !outputs.is_empty() {
        head.push_str(&format!("# ConfigMap {prefix}-outputs must have: {}\n", join(&outputs)));
    }
    if !secrets.is_empty() {
        head.push_str(&format!("# Secret {prefix}-secrets must have: {}\n", join(&secrets)));
    }
    for flag in flags {
        head.push_str(&format!("# Give at the installation: --set {flag}=...\n"));
    }
    Document {
        path: format!("{}/values.{}.yaml", folder(stack), stack.environment.names.values),
        text: format!("{head}\n{}", yaml::print(&Json::Object(whole).into())),
        executable: false,
    }
}

/// Cuts what charts take as values from what they read from a `ConfigMap`, a Secret or the command line.
struct Split<'a, 'b> {
    scope: Scope<'a>,
    others: &'b [&'a Stack],
    flags: &'b mut BTreeSet<String>,
    outputs: &'b mut BTreeSet<String>,
    secrets: &'b mut BTreeSet<String>,
}

impl Split<'_, '_> {
    fn component(&mut self, component: &Component) -> Map<String, Json> {
        let mut found = Map::new();
        let mut from = Map::new();
        for (input, value) in &component.inputs {
            let path = format!("{}.{input}", alias(&component.name));
            if let Value::Map(entries) = value
                && input == "environment"
            {
                let mut plain = Map::new();
                for (name, entry) in entries {
                    match entry {
                        Value::Reference(Resolved {
                            to: To::Elsewhere { component, output, .. },
                            ..
                        }) => {
                            from.insert(name.clone(), self.output(component, output));
                        }
                        entry => {
                            if let Some(value) =
                                self.value(entry, &Type::Any, &format!("{path}.{name}"))
                            {
                                plain.insert(name.clone(), super::evaluate::text_of(&value).into());
                            }
                        }
                    }
                }
                found.insert(input.clone(), Json::Object(plain));
                continue;
            }
            let ty = component.made.kind().and_then(|kind| kind.interface.inputs.get(input));
            let ty = ty.map_or(&Type::Any, |input| &input.ty);
            if let Some(value) = self.value(value, ty, &path) {
                found.insert(input.clone(), value);
            }
        }
        if !from.is_empty() {
            found.insert("environmentFrom".to_owned(), Json::Object(from));
        }
        found.retain(|_, value| *value != Json::Object(Map::new()));
        let kind = component.made.kind();
        let place = |name: &str| kind.and_then(|kind| kind.interface.inputs.get_index_of(name));
        let mut ordered: Vec<_> = found.into_iter().collect();
        ordered.sort_by_key(|(name, _)| place(name));
        ordered.into_iter().collect()
    }

    /// A value, or none where it is given at the installation.
    fn value(&mut self, value: &Value, ty: &Type, path: &str) -> Option<Json> {
        let mut late = false;
        value.references(&mut |reference| {
            late |= matches!(reference.to, To::Input(_) | To::Foreign { .. });
        });
        match value {
            Value::Reference(Resolved { to: To::Secret(name), .. }) => {
                Some(self.secret(name.clone(), ty))
            }
            Value::Reference(Resolved {
                to: To::Elsewhere { component, output, secret }, ..
            }) => match secret {
                true => Some(self.secret(format!("{component}_{output}"), ty)),
                false => {
                    self.flags.insert(path.to_owned());
                    None
                }
            },
            Value::Map(entries) => {
                let mut found = Map::new();
                for (key, entry) in entries {
                    let path = format!("{path}.{key}");
                    if let Value::Reference(Resolved {
                        to: To::Reached { component, outputs },
                        ..
                    }) = entry
                    {
                        found.extend(self.reached(component, outputs, key, &path));
                    } else if let Some(value) =
                        self.value(entry, ty.under(key).unwrap_or(&Type::Any), &path)
                    {
                        found.insert(key.clone(), value);
                    }
                }
                Some(Json::Object(found))
            }
            Value::List(items) => {
                let items = items.iter().enumerate();
                Some(
                    items
                        .filter_map(|(index, item)| {
                            let ty = ty.item(index).unwrap_or(&Type::Any);
                            self.value(item, ty, &format!("{path}[{index}]"))
                        })
                        .collect(),
                )
            }
            _ if late => {
                self.flags.insert(path.to_owned());
                None
            }
            value => Some(self.scope.value(value)),
        }
    }

    /// Where a secret is, under the names that the chart gives to that.
    fn secret(&mut self, key: String, ty: &Type) -> Json {
        let prefix = &self.scope.stack.statics.prefix;
        let named = matches!(ty, Type::Object(fields) if fields.contains_key("name"));
        let place = [
            (if named { "name" } else { "secret" }, format!("{prefix}-secrets").into()),
            ("key", key.as_str().into()),
        ];
        self.secrets.insert(key);
        object(place)
    }

    /// A component of other stacks, once for each form that it has there: `cache` is another port on another cloud.
    fn reached(
        &mut self,
        component: &str,
        outputs: &[String],
        key: &str,
        path: &str,
    ) -> Map<String, Json> {
        let mut forms: Vec<(&str, Json)> = Vec::new();
        for stack in self.others {
            let Some(there) = stack.components.get(component) else { continue };
            let known = outputs
                .iter()
                .map(|output| Some((output.clone(), there.known_output(output, &stack.statics)?)));
            let Some(form) = known.collect::<Option<Map<_, _>>>().map(Json::Object) else {
                continue;
            };
            if forms.iter().all(|(_, other)| *other != form) {
                forms.push((&stack.target.name, form));
            }
        }
        if forms.is_empty() {
            self.flags.extend(outputs.iter().map(|output| format!("{path}.{output}")));
        }
        let names = forms.into_iter().enumerate().map(|(index, (target, form))| match index {
            0 => (key.to_owned(), form),
            _ => (format!("{key}_{target}"), form),
        });
        names.collect()
    }

    fn output(&mut self, component: &str, output: &str) -> Json {
        let key = format!("{component}_{output}");
        self.outputs.insert(key.clone());
        let prefix = &self.scope.stack.statics.prefix;
        object([("configMap", format!("{prefix}-outputs").into()), ("key", key.into())])
    }
}

/// Whether a stack is of this writer.
pub(super) fn is_helm(stack: &Stack) -> bool {
    stack.target.writer == crate::catalogue::target::Writer::Helm
}

fn folder(stack: &Stack) -> String {
    format!("{}/{}", stack.folder, stack.system).trim_start_matches('/').to_owned()
}

/// The name under which a component's values stand: Helm's templates read no dashes.
fn alias(component: &str) -> String {
    component.replace('-', "_")
}

fn version(kind: &Kind, sources: &Sources) -> String {
    let chart = kind.files.get("Chart.yaml").and_then(|file| crate::yaml::parse(sources, *file).0);
    let version =
        chart.as_ref().and_then(|chart| chart.get("version")?.as_str().map(str::to_owned));
    version.unwrap_or_else(|| VERSION.to_owned())
}

fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
