//! A stack: what one environment is for one target, ready to be printed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::convert::Scope;
use super::facts::Effective;
use super::graph;
use super::holder::Holder;
use super::layers::{self, Set};
use super::presence::{Here, Kinds, Made};
use super::settings::settings;
use super::tune::Leaf;
use super::value::{Statics, To, Value};
use crate::catalogue::Kind;
use crate::catalogue::target::Target;
use crate::diag::Diags;
use crate::merge::{LayerName, Merged};
use crate::node::{Node, Value as Plain};
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
    /// Secrets that the stack has.
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
    pub variables: Arc<BTreeSet<Leaf>>,
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
pub(super) fn build<'a>(
    given: Given<'a>,
    layers: &[(String, &'a Layer)],
    environment: &'a Environment,
    target: &Arc<Target>,
    mut here: Here<'a>,
    diags: &mut Diags,
) -> Stack {
    let spec = given.spec;
    let settings = settings(spec, environment, target, diags);
    let effective = Effective::of(spec, layers, environment, target);
    let holder = Holder::of(given.kinds, target, &effective, &mut here.present, diags);
    let statics = Statics::of(environment, &settings);
    let scope = Scope {
        spec,
        layers,
        kinds: given.kinds,
        environment,
        target,
        present: &here.present,
        broken: &here.broken,
        effective: &effective,
        settings: &settings,
        sources: given.sources,
    };
    let mut components = BTreeMap::new();
    for (name, there) in scope.present {
        let convention = holder.as_ref().filter(|holder| holder.component == *name);
        let convention = convention.map(|holder| &holder.inputs);
        let said = layers::Said::of(&scope, name, given.set);
        let mut clashes = Diags::default();
        let (merged, layers) = said.merged(&scope, there, convention, &mut clashes);
        let before = diags.len();
        let mut meant = BTreeSet::new();
        if let Made::Kind(kind) = &there.made {
            meant = said.check_known(&scope, kind, diags);
        }
        let mut inputs =
            super::inputs::inputs(&scope, name, there, &merged, &meant, &statics, diags);
        // What is of the wrong type often cannot be merged either.
        diags.extend_beside(before, clashes);
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
            variables: Arc::default(),
        };
        components.insert(name.clone(), component);
    }
    let outputs = super::outputs::outputs(&scope, diags);
    let mut stack = Stack {
        system: spec.project.system.clone(),
        environment: environment.clone(),
        target: Arc::clone(target),
        folder: folder(spec, environment, target),
        outputs,
        statics,
        components,
        secret_holder: holder.map(|holder| holder.component),
        inputs: BTreeMap::new(),
        secrets: BTreeMap::new(),
        foreign: BTreeSet::new(),
        settings: settings.clone(),
    };
    stack.project();
    stack.collect(&effective);
    stack
}

/// Where the documents go.
fn folder(spec: &Spec, environment: &Environment, target: &Target) -> String {
    let pattern = spec.project.layout.get(&target.name).unwrap_or(&target.folder);
    let folder = pattern.replace("{environment}", &environment.names.folder);
    let parts = folder.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
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

impl Stack {
    /// The value of a text of `target.yaml`: `${system}`, `${environment}` and `${settings.x}` are known here.
    pub fn evaluate(&self, node: &Node, sources: &Sources) -> serde_json::Value {
        let text = match &node.value {
            Plain::String(text) => text,
            Plain::List(items) => {
                return items.iter().map(|item| self.evaluate(item, sources)).collect();
            }
            Plain::Map(entries) => {
                let entries = entries.iter();
                return entries
                    .map(|(key, entry)| (key.clone(), self.evaluate(&entry.node, sources)))
                    .collect();
            }
            _ => return json(node),
        };
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
                // Of its own, which no other environment can have: it is part of the place of the state.
                Referent::Environment => self.environment.name.clone(),
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
        if !reach.iter().any(|(name, seen)| seen.contains(name)) {
            return;
        }
        let kinds: BTreeMap<String, Arc<Kind>> = self
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
                let Some(declared) = kind.interface.inputs.get(input) else { continue };
                graph::project(value, &declared.ty, name, &reach, &outputs);
            }
        }
    }

    /// Keeps the facts and foreign outputs that something refers to, and all secrets.
    fn collect(&mut self, effective: &Effective<'_>) {
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
        let owned = |(name, fact): (&&str, &&Fact)| ((*name).to_owned(), (*fact).clone());
        let used = effective.inputs.iter().filter(|(name, _)| inputs.contains(**name));
        self.inputs = used.map(owned).collect();
        self.secrets = effective.secrets.iter().map(owned).collect();
        self.foreign = foreign;
    }
}
