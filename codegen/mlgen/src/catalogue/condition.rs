//! The simple conditions of `validation` blocks, evaluated while rendering: what can be said now is said at the
//! line of the spec, not later by Terraform.
//!
//! A condition over anything that is known only later, or with a function that is not here, has no answer; Terraform
//! will judge it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, Traversal, TraversalOperator, UnaryOperator,
};
use serde_json::{Number, Value};
use unicode_segmentation::UnicodeSegmentation as _;

/// A value, or that there is none before the apply. `Err` is an error of the expression itself.
type Answer = Result<Option<Value>, ()>;

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
            Expression::Object(_)
            | Expression::StringTemplate(_)
            | Expression::HeredocTemplate(_) => Ok(None),
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
        if call.args.expand_final() || !call.name.namespace.is_empty() {
            return Ok(None);
        }
        let Some(values) = arguments
            .iter()
            .map(|argument| self.value(argument))
            .collect::<Result<Option<Vec<Value>>, ()>>()?
        else {
            return Ok(None);
        };
        function(name, &values)
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

/// Terraform's functions that validations of a catalogue use. One that is not here has no answer.
fn function(name: &str, arguments: &[Value]) -> Answer {
    let flag = |flag: bool| Ok(Some(Value::Bool(flag)));
    match (name, arguments) {
        ("contains", [Value::Array(items), wanted]) => {
            flag(items.iter().any(|item| same(item, wanted)))
        }
        ("startswith", [Value::String(text), Value::String(start)]) => {
            flag(text.starts_with(start))
        }
        ("endswith", [Value::String(text), Value::String(end)]) => flag(text.ends_with(end)),
        ("strcontains", [Value::String(text), Value::String(part)]) => flag(text.contains(part)),
        ("alltrue", [Value::Array(items)]) => {
            flag(items.iter().all(|item| *item == Value::Bool(true)))
        }
        ("anytrue", [Value::Array(items)]) => flag(items.contains(&Value::Bool(true))),
        ("length", [Value::Array(items)]) => Ok(Some(items.len().into())),
        ("length", [Value::Object(entries)]) => Ok(Some(entries.len().into())),
        ("length", [Value::String(text)]) => Ok(Some(text.graphemes(true).count().into())),
        ("keys", [Value::Object(entries)]) => {
            let sorted: BTreeSet<&String> = entries.keys().collect();
            Ok(Some(sorted.into_iter().map(String::as_str).collect()))
        }
        ("values", [Value::Object(entries)]) => {
            let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
            Ok(Some(sorted.into_values().cloned().collect()))
        }
        ("distinct", [Value::Array(items)]) => {
            let mut found: Vec<Value> = Vec::new();
            for item in items {
                if !found.iter().any(|known| same(known, item)) {
                    found.push(item.clone());
                }
            }
            Ok(Some(Value::Array(found)))
        }
        ("regex", [Value::String(pattern), Value::String(text)]) => match compiled(pattern) {
            Some(pattern) => {
                pattern.captures(text).map(|found| Some(captured(&pattern, &found))).ok_or(())
            }
            None => Ok(None),
        },
        ("lower", [Value::String(text)]) => Ok(Some(text.to_lowercase().into())),
        ("upper", [Value::String(text)]) => Ok(Some(text.to_uppercase().into())),
        ("trimspace", [Value::String(text)]) => Ok(Some(text.trim().into())),
        ("floor", [Value::Number(_)]) => {
            Ok(number(&arguments[0]).and_then(|value| float(value.floor())))
        }
        ("tonumber", [value]) => number(value).map(float).ok_or(()),
        ("toset" | "tolist", [Value::Array(_)]) => Ok(Some(arguments[0].clone())),
        ("min" | "max", [_, ..]) => {
            let numbers: Option<Vec<f64>> = arguments.iter().map(number).collect();
            let numbers = numbers.ok_or(())?.into_iter();
            Ok(if name == "min" { numbers.reduce(f64::min) } else { numbers.reduce(f64::max) }
                .and_then(float))
        }
        _ => Ok(None),
    }
}

/// A pattern, compiled once for all environments; none if it is of a kind that Terraform alone knows.
fn compiled(pattern: &str) -> Option<regex::Regex> {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, Option<regex::Regex>>> =
            const { RefCell::new(BTreeMap::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(found) = known.get(pattern) {
            found.clone()
        } else {
            let found = regex::Regex::new(pattern).ok();
            known.insert(pattern.to_owned(), found.clone());
            found
        }
    })
}

/// What was matched: the text, or a list or a map of the groups where the pattern has some.
fn captured(pattern: &regex::Regex, found: &regex::Captures<'_>) -> Value {
    let text = |one: Option<regex::Match<'_>>| one.map_or(Value::Null, |one| one.as_str().into());
    let mut named = pattern.capture_names().flatten().peekable();
    if named.peek().is_some() {
        return named.map(|name| (name.to_owned(), text(found.name(name)))).collect();
    }
    match found.len() {
        1 => text(found.get(0)),
        _ => found.iter().skip(1).map(text).collect(),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => number(a) == number(b),
        _ => a == b,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn number_of(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().map(Value::Number)
}

fn float(value: f64) -> Option<Value> {
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            check(condition, json(inputs), expected);
        }
    }

    #[test]
    fn what_is_unknown_has_none() {
        let json = |text: &str| serde_json::from_str(text).expect("the test writes JSON");
        for (condition, inputs, expected) in [
            ("var.later > 1", "{}", None),
            ("can(cidrhost(var.cidr, 0))", r#"{"cidr": "10.0.0.0/16"}"#, None),
            ("can(var.later)", "{}", None),
            ("var.n > 1 && var.later", r#"{"n": 0}"#, Some(false)),
            ("var.n > 1 && var.later", r#"{"n": 2}"#, None),
        ] {
            check(condition, json(inputs), expected);
        }
    }
}
