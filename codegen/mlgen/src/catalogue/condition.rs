//! The simple conditions of `validation` blocks, evaluated while rendering: what can be said now is said at the
//! line of the spec, not later by Terraform.
//!
//! A condition over anything that is known only later, or with a function that is not among `functions::NAMES`, has
//! no answer. Nothing is lost by that: Terraform judges every condition, those that have an answer here too.

use std::collections::BTreeMap;

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, Traversal, TraversalOperator, UnaryOperator,
};
use serde_json::{Map, Number, Value};

use super::functions;
use super::types::key_text;

/// A value, or that there is none before the apply. `Err` is an error of the expression itself.
pub(super) type Answer = Result<Option<Value>, ()>;

/// What an output of a module is for these inputs, if it depends on nothing else; `locals` are the module's.
pub fn value(
    expression: &Expression,
    inputs: &BTreeMap<String, Value>,
    locals: &BTreeMap<String, Expression>,
) -> Option<Value> {
    let scope = Scope { inputs, module: locals, locals: Vec::new(), depth: 0 };
    scope.value(expression).ok()?
}

/// Whether the condition holds for these inputs; none if that is not known now.
///
/// `inputs` has the known values by name; an input that is not in it is unknown.
pub fn holds(condition: &Expression, inputs: &BTreeMap<String, Value>) -> Option<bool> {
    let scope = Scope { inputs, module: &BTreeMap::new(), locals: Vec::new(), depth: 0 };
    scope.value(condition).ok()??.as_bool()
}

/// How deep locals may refer to locals: Terraform refuses circles, and a file may have one all the same.
const DEPTH: usize = 32;

struct Scope<'a> {
    inputs: &'a BTreeMap<String, Value>,
    /// Locals of the module, by name.
    module: &'a BTreeMap<String, Expression>,
    depth: usize,
    /// Names of the loops around.
    locals: Vec<(String, Value)>,
}

impl Scope<'_> {
    fn value(&self, expression: &Expression) -> Answer {
        match expression {
            Expression::Null(_) => Ok(Some(Value::Null)),
            Expression::Bool(flag) => Ok(Some(Value::Bool(*flag.value()))),
            Expression::Number(number) => Ok(number_of(&number.value().to_string())),
            Expression::String(text) => Ok(Some(Value::String(text.as_str().to_owned()))),
            Expression::Parenthesis(inner) => self.value(inner.inner()),
            Expression::Array(items) => self.list(items.iter()),
            Expression::Variable(name) => Ok(self.local(name.as_str())),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(operation) => {
                let Some(value) = self.value(&operation.expr)? else { return Ok(None) };
                match (operation.operator.value(), value) {
                    (UnaryOperator::Not, Value::Bool(flag)) => Ok(Some(Value::Bool(!flag))),
                    (UnaryOperator::Neg, Value::Number(number)) => {
                        Ok(number_of(&format!("-{number}")))
                    }
                    _ => Err(()),
                }
            }
            Expression::BinaryOp(operation) => {
                self.binary(&operation.lhs_expr, *operation.operator.value(), &operation.rhs_expr)
            }
            Expression::Conditional(choice) => match self.value(&choice.cond_expr)? {
                Some(Value::Bool(true)) => self.value(&choice.true_expr),
                Some(Value::Bool(false)) => self.value(&choice.false_expr),
                Some(_) => Err(()),
                None => Ok(None),
            },
            Expression::FuncCall(call) => self.call(call),
            Expression::ForExpr(each) => self.each(each),
            Expression::Object(entries) => {
                let mut found = Map::new();
                for (key, value) in entries {
                    let (Some(key), Some(value)) = (key_text(key), self.value(value.expr())?)
                    else {
                        return Ok(None);
                    };
                    found.insert(key, value);
                }
                Ok(Some(Value::Object(found)))
            }
            Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => Ok(None),
        }
    }

    fn local(&self, name: &str) -> Option<Value> {
        self.locals.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// A local of the module.
    fn of_module(&self, name: &str) -> Answer {
        let Some(expression) = self.module.get(name).filter(|_| self.depth < DEPTH) else {
            return Ok(None);
        };
        Scope { locals: Vec::new(), depth: self.depth + 1, ..*self }.value(expression)
    }

    fn list<'e>(&self, items: impl Iterator<Item = &'e Expression>) -> Answer {
        let values: Result<Option<Vec<Value>>, ()> = items.map(|item| self.value(item)).collect();
        Ok(values?.map(Value::Array))
    }

    fn traversal(&self, traversal: &Traversal) -> Answer {
        let mut operators = traversal.operators.iter().map(hcl_edit::Decorated::value);
        let mut value = match &traversal.expr {
            Expression::Variable(root) if root.as_str() == "var" => match operators.next() {
                Some(TraversalOperator::GetAttr(name)) => self.inputs.get(name.as_str()).cloned(),
                _ => return Err(()),
            },
            Expression::Variable(root) if root.as_str() == "local" => match operators.next() {
                Some(TraversalOperator::GetAttr(name)) => self.of_module(name.as_str())?,
                _ => return Err(()),
            },
            // A resource, a module: nothing that is known now.
            Expression::Variable(root) if self.local(root.as_str()).is_none() => return Ok(None),
            other => self.value(other)?,
        };
        for operator in operators {
            let Some(inner) = value else { return Ok(None) };
            let found = match operator {
                TraversalOperator::GetAttr(name) => inner.get(name.as_str()).cloned(),
                TraversalOperator::Index(index) => match self.value(index)? {
                    Some(Value::String(key)) => inner.get(key).cloned(),
                    Some(Value::Number(at)) => {
                        at.as_u64().and_then(|at| inner.get(usize::try_from(at).ok()?)).cloned()
                    }
                    Some(_) => None,
                    None => return Ok(None),
                },
                _ => return Ok(None),
            };
            value = Some(found.ok_or(())?);
        }
        Ok(value)
    }

    fn binary(&self, left: &Expression, operator: BinaryOperator, right: &Expression) -> Answer {
        let first = self.value(left)?;
        // As in Terraform 1.12 and later, the second operand does not matter when the first decides.
        match (operator, &first) {
            (BinaryOperator::And, Some(Value::Bool(false))) => return Ok(Some(Value::Bool(false))),
            (BinaryOperator::Or, Some(Value::Bool(true))) => return Ok(Some(Value::Bool(true))),
            _ => {}
        }
        let (Some(first), Some(second)) = (first, self.value(right)?) else { return Ok(None) };
        let flag = |flag: bool| Ok(Some(Value::Bool(flag)));
        match operator {
            BinaryOperator::Eq => return flag(same(&first, &second)),
            BinaryOperator::NotEq => return flag(!same(&first, &second)),
            _ => {}
        }
        if let (Value::Bool(a), Value::Bool(b)) = (&first, &second) {
            return match operator {
                BinaryOperator::And => flag(*a && *b),
                BinaryOperator::Or => flag(*a || *b),
                _ => Err(()),
            };
        }
        let (Some(a), Some(b)) = (number(&first), number(&second)) else { return Err(()) };
        match operator {
            BinaryOperator::Less => flag(a < b),
            BinaryOperator::LessEq => flag(a <= b),
            BinaryOperator::Greater => flag(a > b),
            BinaryOperator::GreaterEq => flag(a >= b),
            BinaryOperator::Plus => Ok(float(a + b)),
            BinaryOperator::Minus => Ok(float(a - b)),
            BinaryOperator::Mul => Ok(float(a * b)),
            BinaryOperator::Mod if b != 0.0 => Ok(float(a % b)),
            BinaryOperator::Div if b != 0.0 => Ok(float(a / b)),
            _ => Err(()),
        }
    }

    fn call(&self, call: &FuncCall) -> Answer {
        let name = call.name.name.as_str();
        let arguments: Vec<&Expression> = call.args.iter().collect();
        if name == "can" {
            return Ok(match self.value(arguments.first().ok_or(())?) {
                Ok(None) => None,
                Ok(Some(_)) => Some(Value::Bool(true)),
                Err(()) => Some(Value::Bool(false)),
            });
        }
        if name == "try" {
            // The first that is no error; one that is known later may be one then.
            let mut answers = arguments.iter().map(|argument| self.value(argument));
            return answers.find(Result::is_ok).ok_or(())?;
        }
        let is_known = functions::NAMES.contains(&name) && call.name.namespace.is_empty();
        if call.args.expand_final() || !is_known {
            return Ok(None);
        }
        let Some(values) = arguments
            .iter()
            .map(|argument| self.value(argument))
            .collect::<Result<Option<Vec<Value>>, ()>>()?
        else {
            return Ok(None);
        };
        functions::call(name, &values)
    }

    fn each(&self, each: &ForExpr) -> Answer {
        if each.key_expr.is_some() {
            return Ok(None);
        }
        let Some(collection) = self.value(&each.intro.collection_expr)? else { return Ok(None) };
        let items: Vec<(Value, Value)> = match collection {
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(at, item)| (at.into(), item)).collect()
            }
            Value::Object(entries) => {
                entries.into_iter().map(|(key, item)| (key.into(), item)).collect()
            }
            _ => return Err(()),
        };
        let mut found = Vec::new();
        for (key, item) in items {
            let mut locals = self.locals.clone();
            if let Some(name) = &each.intro.key_var {
                locals.push((name.as_str().to_owned(), key));
            }
            locals.push((each.intro.value_var.as_str().to_owned(), item));
            let scope = Scope { locals, ..*self };
            if let Some(wanted) = &each.cond {
                match scope.value(&wanted.expr)? {
                    Some(Value::Bool(true)) => {}
                    Some(Value::Bool(false)) => continue,
                    Some(_) => return Err(()),
                    None => return Ok(None),
                }
            }
            match scope.value(&each.value_expr)? {
                Some(value) => found.push(value),
                None => return Ok(None),
            }
        }
        Ok(Some(Value::Array(found)))
    }
}

pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => number(a) == number(b),
        _ => a == b,
    }
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn number_of(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().map(Value::Number)
}

pub(super) fn float(value: f64) -> Option<Value> {
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hcl_edit::visit::{Visit, visit_func_call};

    use super::*;
    use crate::catalogue::{Catalogue, Folder};
    use crate::diag::Diags;
    use crate::source::Sources;

    #[track_caller]
    fn check(condition: &str, inputs: Value, expected: Option<bool>) {
        let condition = hcl_edit::parser::parse_expr(condition).expect("the condition is HCL");
        let inputs = serde_json::from_value(inputs).expect("the inputs are an object");
        assert_eq!(holds(&condition, &inputs), expected);
    }

    #[test]
    fn known_values_have_an_answer() {
        let json = |text: &str| serde_json::from_str(text).expect("the test writes JSON");
        for (condition, inputs, expected) in [
            (r#"startswith(var.class, "db.")"#, r#"{"class": "db.t3"}"#, Some(true)),
            (r#"startswith(var.class, "db.")"#, r#"{"class": "t3"}"#, Some(false)),
            (r#"contains(["gp2", "gp3"], var.t)"#, r#"{"t": "gp3"}"#, Some(true)),
            ("contains([1, 2], var.t)", r#"{"t": 2.0}"#, Some(true)),
            (r#"can(regex("^1[3-9](\\.[0-9]+)?$", var.v))"#, r#"{"v": "17.6"}"#, Some(true)),
            (r#"can(regex("^1[3-9](\\.[0-9]+)?$", var.v))"#, r#"{"v": "9"}"#, Some(false)),
            ("var.n >= 1 && var.n <= 35", r#"{"n": 7}"#, Some(true)),
            ("var.n >= 1 && var.n <= 35", r#"{"n": 36}"#, Some(false)),
            ("var.max >= var.min", r#"{"min": 20, "max": 10}"#, Some(false)),
            ("var.n == null || var.n > 0", r#"{"n": null}"#, Some(true)),
            ("length(var.zones) >= 2", r#"{"zones": ["a"]}"#, Some(false)),
            (
                r#"alltrue([for k in keys(var.m) : can(regex("^[a-z]+$", k))])"#,
                r#"{"m": {"ok": 1, "No": 2}}"#,
                Some(false),
            ),
            (
                "alltrue([for a in values(var.m) : a.t > 0 if a.on])",
                r#"{"m": {"x": {"t": 0, "on": false}}}"#,
                Some(true),
            ),
            ("!var.a || var.b != null", r#"{"a": true, "b": null}"#, Some(false)),
            ("var.a ? var.n > 1 : true", r#"{"a": false, "n": 0}"#, Some(true)),
            ("var.n % 1 == 0", r#"{"n": 1.5}"#, Some(false)),
            (r#"tonumber(regex("^([0-9]+)x", var.v)[0]) > 8"#, r#"{"v": "9x"}"#, Some(true)),
            (r#"regex("(?P<major>[0-9]+)", var.v).major == "9""#, r#"{"v": "9x"}"#, Some(true)),
            (r#"keys(var.m)[0] == "a""#, r#"{"m": {"b": 1, "a": 2}}"#, Some(true)),
            ("can(cidrnetmask(var.cidr))", r#"{"cidr": "10.0.0.0/16"}"#, Some(true)),
            ("can(cidrnetmask(var.cidr))", r#"{"cidr": "10.0.0.0"}"#, Some(false)),
            ("can(cidrnetmask(var.cidr))", r#"{"cidr": null}"#, Some(false)),
            ("can(cidrhost(var.cidr, 0))", r#"{"cidr": "fd00::/8"}"#, Some(true)),
            ("try(var.m.x.on, true)", r#"{"m": {"x": {"on": false}}}"#, Some(false)),
            ("try(var.m.x.on, true)", r#"{"m": {}}"#, Some(true)),
            ("length(flatten(var.l)) == 3", r#"{"l": [[1, [2]], 3]}"#, Some(true)),
            ("length(compact(var.l)) == 2", r#"{"l": [1, null, "", "x"]}"#, Some(true)),
            ("can(jsondecode(var.t).a)", r#"{"t": "{\"a\": 1}"}"#, Some(true)),
            ("can(jsondecode(var.t).a)", r#"{"t": "{}"}"#, Some(false)),
            ("can(jsondecode(var.t))", r#"{"t": "{"}"#, Some(false)),
        ] {
            check(condition, json(inputs), expected);
        }
    }

    /// The functions of all rules of the catalogue that comes with the program.
    fn used() -> BTreeSet<String> {
        let mut sources = Sources::default();
        let catalogue = Catalogue::new(vec![Folder::builtin()], &mut sources);
        let mut diags = Diags::default();
        let mut names = Names::default();
        for target in catalogue.targets() {
            let target = catalogue.target(target, &sources, &mut diags).expect("a fine target");
            for kind in catalogue.kinds(&target) {
                let kind = catalogue.kind(&target, kind, &sources, &mut diags);
                for input in kind.expect("a fine kind").interface.inputs.values() {
                    for rule in &input.validations {
                        names.visit_expr(&rule.condition);
                    }
                }
            }
        }
        names.0
    }

    #[derive(Default)]
    struct Names(BTreeSet<String>);

    impl Visit for Names {
        fn visit_func_call(&mut self, call: &FuncCall) {
            self.0.insert(call.name.name.as_str().to_owned());
            visit_func_call(self, call);
        }
    }

    #[test]
    fn rules_of_the_catalogue_are_evaluated() {
        let here = |name: &String| {
            functions::NAMES.contains(&name.as_str()) || ["can", "try"].contains(&name.as_str())
        };
        let (here, left): (Vec<_>, Vec<_>) = used().into_iter().partition(here);
        assert!(here.contains(&"cidrnetmask".to_owned()), "rules are found: {here:?}");
        assert_eq!(left, ["timeadd"], "functions that are left to Terraform");
    }

    #[test]
    fn what_is_unknown_has_none() {
        let json = |text: &str| serde_json::from_str(text).expect("the test writes JSON");
        for (condition, inputs, expected) in [
            ("var.later > 1", "{}", None),
            (r#"can(timeadd(var.at, "0s"))"#, r#"{"at": "now"}"#, None),
            ("can(cidrhost(var.later, 0))", "{}", None),
            ("try(var.later, true)", "{}", None),
            ("can(jsondecode(var.t))", r#"{"t": "\"\\ud800\""}"#, None),
            ("can(var.later)", "{}", None),
            ("var.n > 1 && var.later", r#"{"n": 0}"#, Some(false)),
            ("var.n > 1 && var.later", r#"{"n": 2}"#, None),
        ] {
            check(condition, json(inputs), expected);
        }
    }
}
