//! A stack: what one environment is for one target, ready to be printed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::convert::{Scope, Wanted};
use super::graph;
use super::layers::{self, Set};
use super::presence::{Kinds, Made, Present};
use super::tune::Leaf;
use super::value::{Resolved, Statics, To, Value};
use crate::catalogue::condition;
use crate::catalogue::interface::Input;
use crate::catalogue::target::Target;
use crate::catalogue::types::Type;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{self, LayerName, Merged, MergedValue};
use crate::node::{Entry, Map, Node, Value as Plain};
use crate::source::{Sources, Span};
use crate::spec::layer::{Fact, Layer};
use crate::spec::reference::{Part, Reference, Referent, Text};
use crate::spec::{Environment, Spec};

/// What one environment is for one target.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Name of the system.
    pub system: String,
    /// The environment.
    pub environment: Environment,
    /// The target.
    pub target: Arc<Target>,
    /// Folder of its documents, from that of `mlgen.yaml`.
    pub folder: String,
    /// Settings of the target.
    pub settings: Node,
    /// What is the same wherever it stands in the stack.
    pub statics: Statics,
    /// Components by name.
    pub components: BTreeMap<String, Component>,
    /// Facts of a run that the stack uses.
    pub inputs: BTreeMap<String, Fact>,
    /// Secrets that the stack uses.
    pub secrets: BTreeMap<String, Fact>,
    /// What it gives out.
    pub outputs: BTreeMap<String, Output>,
    /// The component that holds the secrets.
    pub secret_holder: Option<String>,
    /// Outputs of other environments that it uses.
    pub foreign: BTreeSet<(String, String, String)>,
}

/// A component in a stack.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// What it is.
    pub made: Made,
    /// Where it is declared.
    pub span: Span,
    /// Its inputs that are not left at their defaults.
    pub inputs: BTreeMap<String, Value>,
    /// The same with the place of each value, for `explain`.
    pub merged: Merged,
    /// Whose the layers of `merged` are.
    pub layers: Vec<LayerName>,
    /// Its leaves that are root variables, the same in every environment.
    pub variables: BTreeSet<Leaf>,
}

/// The root variable that brings the values of secrets; it is stored nowhere.
pub const SECRET_VALUES: &str = "secret_values";

/// An output of a stack.
#[derive(Clone, Debug)]
pub struct Output {
    /// The component whose file it stands in.
    pub component: String,
    /// The output of the component.
    pub path: Vec<String>,
    /// One sentence.
    pub description: String,
    /// Whether Terraform must hide it.
    pub sensitive: bool,
}

/// Everything that a stack is made from.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// All kinds.
    pub kinds: &'a Kinds,
    /// All texts.
    pub sources: &'a Sources,
    /// What stands after `--set`.
    pub set: Set<'a>,
}

/// Makes the stack of an environment for a target from the components that are there.
pub fn build<'a>(
    given: Given<'a>,
    environment: &Environment,
    target: &Arc<Target>,
    mut present: BTreeMap<String, Present<'a>>,
    diags: &mut Diags,
) -> Stack {
    let spec = given.spec;
    let settings = settings(spec, environment, target, diags);
    let effective = effective(spec, environment, target);
    let holder = Holder::of(given, target, &effective.secrets, &mut present);
    let scope = Scope {
        spec,
        kinds: given.kinds,
        environment,
        target,
        present: &present,
        settings: &settings,
        sources: given.sources,
    };
    let mut components = BTreeMap::new();
    for (name, there) in &present {
        let convention = holder.as_ref().filter(|holder| holder.component == *name);
        let convention = convention.map(|holder| &holder.inputs);
        let (merged, layers) =
            layers::merged(spec, environment, target, name, there, convention, given.set, diags);
        if let Made::Kind(kind) = &there.made {
            let others: Vec<_> = environment
                .targets
                .iter()
                .filter(|(other, _)| *other != target.name)
                .filter_map(|(other, _)| {
                    Some((other.as_str(), &**given.kinds.get(other, &kind.name)?))
                })
                .collect();
            layers::check_known(spec, environment, target, name, kind, &others, diags);
        }
        let mut inputs = inputs(&scope, name, there, &merged, diags);
        if convention.is_some() {
            inputs.insert("values".to_owned(), Value::Variable(SECRET_VALUES.to_owned()));
        }
        let component = Component {
            name: name.clone(),
            made: there.made.clone(),
            span: there.declared.key,
            inputs,
            merged,
            layers,
            variables: BTreeSet::new(),
        };
        components.insert(name.clone(), component);
    }
    let mut stack = Stack {
        system: spec.project.system.clone(),
        environment: environment.clone(),
        target: Arc::clone(target),
        folder: folder(spec, environment, target),
        outputs: outputs(&scope, &effective, diags),
        statics: Statics::of(environment, &settings),
        settings,
        components,
        secret_holder: holder.map(|holder| holder.component),
        inputs: BTreeMap::new(),
        secrets: BTreeMap::new(),
        foreign: BTreeSet::new(),
    };
    stack.project();
    stack.collect(effective);
    stack
}

/// Where the documents go.
fn folder(spec: &Spec, environment: &Environment, target: &Target) -> String {
    let pattern = spec.project.layout.get(&target.name).unwrap_or(&target.folder);
    let folder = pattern.replace("{environment}", &environment.names.folder);
    folder
        .trim_matches('/')
        .trim_start_matches("./")
        .trim_end_matches('.')
        .trim_end_matches('/')
        .to_owned()
}

/// Facts, secrets and outputs that an environment has, the nearest file's last.
struct Effective {
    inputs: BTreeMap<String, Fact>,
    secrets: BTreeMap<String, Fact>,
    outputs: BTreeMap<String, crate::spec::layer::Given>,
}

fn effective(spec: &Spec, environment: &Environment, target: &Target) -> Effective {
    let chain = spec.layers(&environment.name);
    let layers: Vec<&Layer> =
        std::iter::once(&spec.base).chain(chain.into_iter().map(|(_, layer)| layer)).collect();
    let mut found =
        Effective { inputs: BTreeMap::new(), secrets: BTreeMap::new(), outputs: BTreeMap::new() };
    for layer in layers {
        let here = |scope: &crate::spec::Scope| scope.holds(&environment.name, Some(&target.name));
        let facts = |from: &indexmap::IndexMap<String, Fact>| {
            let facts = from.iter().filter(|(_, fact)| here(&fact.scope));
            facts.map(|(name, fact)| (name.clone(), fact.clone())).collect::<Vec<_>>()
        };
        found.inputs.extend(facts(&layer.inputs));
        found.secrets.extend(facts(&layer.secrets));
        let outputs = layer.outputs.iter().filter(|(_, output)| here(&output.scope));
        found.outputs.extend(outputs.map(|(name, output)| (name.clone(), output.clone())));
    }
    found
}

/// Settings of the target: the project's, and over them the environment's.
fn settings(spec: &Spec, environment: &Environment, target: &Target, diags: &mut Diags) -> Node {
    let declared = spec.project.targets.get(&target.name);
    let span = declared.map_or(environment.span, |settings| settings.key);
    let mut layers = Vec::new();
    let defaults: Map = target
        .settings
        .iter()
        .filter_map(|(name, setting)| {
            let node = setting.default.clone()?;
            Some((name.clone(), Entry { key: node.span, node }))
        })
        .collect();
    layers.push(merge::Layer {
        name: LayerName::Default,
        node: Node { value: Plain::Map(defaults), span },
    });
    let own = spec.project.chain(&environment.name);
    let own = own.iter().filter_map(|name| {
        let settings = spec.project.environments.get(name)?.settings.get(&target.name)?;
        Some((LayerName::Environment(name.clone()), settings.clone()))
    });
    let base = declared.map(|settings| (LayerName::Base, settings.node.clone()));
    for (name, node) in base.into_iter().chain(own) {
        if node.as_map().is_some() {
            layers.push(merge::Layer { name, node });
        }
    }
    for layer in &layers[1..] {
        for (name, entry) in layer.node.as_map().into_iter().flatten() {
            if !target.settings.contains_key(name) {
                let known = target.settings.keys().map(String::as_str);
                let what = format!("target `{}`", target.name);
                diags.push(crate::decode::unknown(entry.key, name, &what, known));
            }
        }
    }
    let (merged, errors) = merge::merge(layers);
    diags.extend(errors);
    let node = plain(&merged);
    for (name, setting) in &target.settings {
        if node.get(name).is_none() {
            diags.push(
                Diagnostic::error(
                    span,
                    format!("target `{}` needs the setting `{name}`", target.name),
                )
                .help(format!(
                    "{} Write it under `targets.{}` of mlgen.yaml",
                    setting.description, target.name
                )),
            );
        }
    }
    node
}

/// A merged tree without its history.
fn plain(merged: &Merged) -> Node {
    let value = match &merged.value {
        MergedValue::Null => Plain::Null,
        MergedValue::Bool(flag) => Plain::Bool(*flag),
        MergedValue::Number(number) => Plain::Number(number.clone()),
        MergedValue::String(text) => Plain::String(text.clone()),
        MergedValue::List(items) => Plain::List(items.iter().map(plain).collect()),
        MergedValue::Map(entries) => Plain::Map(
            entries
                .iter()
                .map(|(key, entry)| {
                    let node = plain(&entry.value);
                    (key.clone(), Entry { key: entry.value.origin.key.unwrap_or(node.span), node })
                })
                .collect(),
        ),
    };
    Node { value, span: merged.origin.span }
}

/// The component that holds the project's secrets on a target, and what it is given by convention.
struct Holder {
    component: String,
    inputs: Node,
}

impl Holder {
    /// Adds the component where the spec has secrets and does not declare it itself.
    fn of<'a>(
        given: Given<'a>,
        target: &Target,
        secrets: &BTreeMap<String, Fact>,
        present: &mut BTreeMap<String, Present<'a>>,
    ) -> Option<Self> {
        let rule = target.secrets.as_ref()?;
        let first = secrets.values().next()?;
        let kind = given.kinds.get(&target.name, &rule.kind)?;
        let of_kind =
            |there: &Present<'_>| there.made.kind().is_some_and(|made| made.name == rule.kind);
        let component = match present.iter().find(|(_, there)| of_kind(there)) {
            Some((name, _)) => name.clone(),
            None => {
                let declared = given.kinds.implied(&rule.kind);
                let made = Made::Kind(Arc::clone(kind));
                present.insert(rule.kind.clone(), Present { declared, made });
                rule.kind.clone()
            }
        };
        let mut map = rule.inputs.as_ref().and_then(Node::as_map).cloned().unwrap_or_default();
        let entry = |key: Span, value: Plain| Entry { key, node: Node { value, span: key } };
        let described = |fact: &Fact| {
            let text = entry(fact.key, Plain::String(fact.description.clone()));
            entry(fact.key, Plain::Map(Map::from_iter([("description".to_owned(), text)])))
        };
        let listed = secrets.iter().map(|(name, fact)| (name.clone(), described(fact))).collect();
        map.insert("secrets".to_owned(), entry(first.key, Plain::Map(listed)));
        Some(Self { component, inputs: Node { value: Plain::Map(map), span: first.key } })
    }
}

/// The inputs of a component, checked; those that stay at their defaults are left out.
fn inputs(
    scope: &Scope<'_>,
    name: &str,
    there: &Present<'_>,
    merged: &Merged,
    diags: &mut Diags,
) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let MergedValue::Map(entries) = &merged.value else { return found };
    let Made::Kind(kind) = &there.made else {
        for (input, entry) in entries {
            let path = format!("{name}.{input}");
            let wanted = Wanted { path, ty: &Type::Any, secret: false, nullable: true };
            if let Some(value) = scope.convert(&entry.value, &wanted, diags) {
                found.insert(input.clone(), value);
            }
        }
        return found;
    };
    let mut unset = BTreeSet::new();
    for (input, declaration) in &kind.interface.inputs {
        let Some(entry) = entries.get(input) else {
            unset.insert(input.as_str());
            continue;
        };
        let secret = kind.component.secret_inputs.contains(input);
        let wanted = Wanted {
            path: format!("{name}.{input}"),
            ty: &declaration.ty,
            secret,
            nullable: declaration.nullable,
        };
        match scope.convert(&entry.value, &wanted, diags) {
            Some(value) if is_default(&entry.value) && declaration.default.is_some() => {
                let _ = value;
            }
            Some(value) => {
                found.insert(input.clone(), value);
            }
            None => {}
        }
    }
    let by_stack = |input: &str| input == "values" && kind.interface.inputs[input].ephemeral;
    for input in unset {
        let declaration = &kind.interface.inputs[input];
        if declaration.is_required() && !by_stack(input) {
            diags.push(missing(name, input, declaration, there.declared.key, scope));
        }
    }
    validate(scope, name, kind, &found, merged, diags);
    found
}

fn missing(
    name: &str,
    input: &str,
    declaration: &Input,
    at: Span,
    scope: &Scope<'_>,
) -> Diagnostic {
    let Scope { environment, target, .. } = scope;
    Diagnostic::error(
        at,
        format!("`{name}` needs `{input}` for {} in {}", target.name, environment.name),
    )
    .label(format!("`{input}` is {}", declaration.ty.noun()))
    .help(declaration.description.clone())
}

/// Whether a value and everything in it is the module's own default.
fn is_default(merged: &Merged) -> bool {
    merged.origin.layer.0 == 0
        && match &merged.value {
            MergedValue::Map(entries) => entries.values().all(|entry| is_default(&entry.value)),
            _ => true,
        }
}

/// Evaluates what the module's validations say about values that are known.
fn validate(
    scope: &Scope<'_>,
    name: &str,
    kind: &crate::catalogue::Kind,
    found: &BTreeMap<String, Value>,
    merged: &Merged,
    diags: &mut Diags,
) {
    let statics = Statics::of(scope.environment, scope.settings);
    let mut known: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for (input, declaration) in &kind.interface.inputs {
        let value = match found.get(input) {
            Some(value) => value.known(&statics),
            None => declaration.default.as_ref().map(json),
        };
        if let Some(value) = value {
            known.insert(input.clone(), value);
        }
    }
    for (input, declaration) in &kind.interface.inputs {
        let MergedValue::Map(entries) = &merged.value else { continue };
        let Some(entry) = entries.get(input) else { continue };
        if entry.value.literal.is_some() {
            continue;
        }
        for validation in &declaration.validations {
            if condition::holds(&validation.condition, &known) == Some(false) {
                let message = validation.message.clone();
                let message = message.unwrap_or_else(|| "this value is not allowed".to_owned());
                let message = message.trim_end_matches('.').to_owned();
                diags.push(
                    Diagnostic::error(entry.value.origin.span, message)
                        .label(format!("`{name}.{input}`"))
                        .note_at(validation.span, "the rule of the module"),
                );
            }
        }
    }
}

/// A node as JSON.
pub fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Plain::Null => serde_json::Value::Null,
        Plain::Bool(flag) => (*flag).into(),
        Plain::Number(number) => serde_json::Value::Number(number.clone()),
        Plain::String(text) => text.as_str().into(),
        Plain::List(items) => items.iter().map(json).collect::<Vec<_>>().into(),
        Plain::Map(entries) => serde_json::Value::Object(
            entries.iter().map(|(key, entry)| (key.clone(), json(&entry.node))).collect(),
        ),
    }
}

/// Outputs that read a component of the stack.
fn outputs(
    scope: &Scope<'_>,
    effective: &Effective,
    diags: &mut Diags,
) -> BTreeMap<String, Output> {
    let mut found = BTreeMap::new();
    for (name, given) in &effective.outputs {
        let Some(text) = given.value.as_str() else { continue };
        let parsed = Text::parse(text, given.value.span, scope.sources, diags);
        let Some(reference) = parsed.whole() else {
            diags.push(
                Diagnostic::error(given.value.span, "an output is one reference")
                    .help("write for instance ${api.url}"),
            );
            continue;
        };
        let path = format!("outputs.{name}");
        let wanted = Wanted { path, ty: &Type::Any, secret: false, nullable: true };
        let value = scope.output(reference, &wanted, diags);
        let Some(Value::Reference(Resolved { to: To::Output { component, path }, .. })) = value
        else {
            continue;
        };
        let declared = scope.present[&component].made.kind();
        let declared = declared.and_then(|kind| kind.interface.outputs.get(&path[0]));
        let own = declared.map(|output| output.description.clone()).unwrap_or_default();
        let output = Output {
            description: given.description.clone().unwrap_or(own),
            sensitive: declared.is_some_and(|output| output.sensitive),
            component,
            path,
        };
        found.insert(name.clone(), output);
    }
    found
}

impl Stack {
    /// The value of a text of `target.yaml`: `${system}`, `${environment}` and `${settings.x}` are known here.
    pub fn evaluate(&self, node: &Node, sources: &Sources) -> serde_json::Value {
        let Plain::String(text) = &node.value else { return json(node) };
        let parsed = Text::parse(text, node.span, sources, &mut Diags::default());
        let setting = |path: &[String]| {
            let found = path.iter().try_fold(&self.settings, |at, key| at.get(key));
            found.map_or(serde_json::Value::Null, json)
        };
        if let Some(Reference { to: Referent::Setting(path), .. }) = parsed.whole() {
            return setting(path);
        }
        let part = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::Reference(reference) => match &reference.to {
                Referent::System => self.system.clone(),
                Referent::Environment => self.environment.names.variable.clone(),
                Referent::Prefix => self.environment.prefix.clone(),
                Referent::Setting(path) => match setting(path) {
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                },
                _ => reference.to_string(),
            },
        };
        parsed.0.iter().map(part).collect::<String>().into()
    }

    /// Hands whole components over by attributes where they are in a cycle.
    fn project(&mut self) {
        let edges = self.components.iter();
        let edges = edges.map(|(name, one)| (name.clone(), graph::referred(&one.inputs))).collect();
        let reach = graph::reachable(&edges);
        let kinds: BTreeMap<String, Arc<crate::catalogue::Kind>> = self
            .components
            .iter()
            .filter_map(|(name, one)| Some((name.clone(), Arc::clone(one.made.kind()?))))
            .collect();
        let outputs = |component: &str, output: &str| {
            kinds.get(component).is_some_and(|kind| kind.interface.outputs.contains_key(output))
        };
        for (name, component) in &mut self.components {
            let Some(kind) = kinds.get(name) else { continue };
            for (input, value) in &mut component.inputs {
                let ty = &kind.interface.inputs[input].ty;
                graph::project(value, ty, name, &reach, &outputs);
            }
        }
    }

    /// Keeps the facts, secrets and foreign outputs that something refers to.
    fn collect(&mut self, effective: Effective) {
        let (mut inputs, mut foreign) = (BTreeSet::new(), BTreeSet::new());
        for value in self.components.values().flat_map(|component| component.inputs.values()) {
            value.references(&mut |reference| match &reference.to {
                To::Input(name) => {
                    inputs.insert(name.clone());
                }
                To::Foreign { environment, component, output } => {
                    foreign.insert((environment.clone(), component.clone(), output.clone()));
                }
                _ => {}
            });
        }
        self.inputs = effective.inputs;
        self.inputs.retain(|name, _| inputs.contains(name));
        self.secrets = effective.secrets;
        self.foreign = foreign;
    }
}
