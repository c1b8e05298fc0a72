//! Made-up values: of the right type, in the form that the real ones have, and always the same for the
//! same configuration.
//!
//! The form follows from the names of type and attribute, by the tables of `aws`, `azure` and `names`,
//! first match first. Expressions of modules that take values apart (`split(":", endpoint)`,
//! `jsondecode(policy)`, `cidrsubnet(cidr_block)`) then work as they will in the cloud.

mod aws;
mod azure;
mod names;
mod template;

use std::cell::Cell;

use sha2::{Digest as _, Sha256};
use tfplug::{Number, Type, Value};

use crate::document::Sort;
use crate::settings::Settings;
use crate::values::Values;

/// How a value of some attribute looks. Placeholders stand in braces; see [`template`].
type Form = &'static str;

/// Which things, which attribute, which form: the first row that matches is the one.
type Table = &'static [(&'static str, &'static str, Form)];

/// How deep an id may be made of another attribute that is made up as well.
const MAX_DEPTH: u32 = 4;

/// Makes the values of one object.
#[derive(Debug)]
pub struct Maker<'o> {
    /// The provider's own name.
    pub provider: &'o str,
    /// The type of the object.
    pub type_name: &'o str,
    /// What the type is a type of.
    pub sort: Sort,
    /// What is known of the object.
    pub object: &'o Value,
    /// What is configured at the provider.
    pub settings: &'o Settings,
    /// What the user wants.
    pub values: &'o Values,
    /// What tells the object from others of the kind.
    pub fingerprint: [u8; 32],
    /// What tells it from others with the same fingerprint.
    pub serial: u64,
}

impl Maker<'_> {
    /// A value of this type at `path`, whose steps are names, keys and `#` with a place.
    pub fn value(&self, path: &[String], ty: &Type) -> Value {
        let names: Vec<&str> =
            path.iter().map(String::as_str).filter(|step| !step.starts_with('#')).collect();
        let dotted = names.join(".");
        self.values.get(&self.kind(), &dotted, ty).unwrap_or_else(|| self.made(path, &dotted, ty))
    }

    /// The type as tables and users write it.
    fn kind(&self) -> String {
        self.sort.named(self.type_name)
    }

    fn made(&self, path: &[String], dotted: &str, ty: &Type) -> Value {
        let inside = |step: String, ty: &Type| {
            let mut path = path.to_vec();
            path.push(step);
            self.value(&path, ty)
        };
        match ty {
            Type::String => self.text(path, dotted).into(),
            Type::Number => Value::Number(self.number(path, dotted)),
            Type::Bool => {
                (self.look_up(dotted, &[names::FLAGS]).is_some_and(|form| form == "true")).into()
            }
            Type::List(element) => {
                let count = self.count(dotted, element);
                (0..count).map(|place| inside(format!("#{place}"), element)).collect()
            }
            Type::Set(element) => {
                let count = self.count(dotted, element);
                Value::set((0..count).map(|place| inside(format!("#{place}"), element)))
            }
            Type::Map(_) => Value::object::<String>([]),
            Type::Object(types) => Value::object(
                types.iter().map(|(name, ty)| (name.clone(), inside(name.clone(), ty))),
            ),
            Type::Tuple(types) => {
                let types = types.iter().enumerate();
                types.map(|(place, ty)| inside(format!("#{place}"), ty)).collect()
            }
            Type::Dynamic => Value::Null,
        }
    }

    fn text(&self, path: &[String], dotted: &str) -> String {
        let tables: &[Table] = match self.provider {
            "aws" => &[aws::FORMS, names::FORMS],
            "azurerm" => &[azure::FORMS, names::FORMS],
            _ => &[names::FORMS],
        };
        let form = self.look_up(dotted, tables).unwrap_or(names::DEFAULT);
        template::expand(form, &Spot { maker: self, path, depth: Cell::new(0) })
    }

    fn number(&self, path: &[String], dotted: &str) -> Number {
        let form = self.look_up(dotted, &[names::NUMBERS]).unwrap_or("0");
        let text = template::expand(form, &Spot { maker: self, path, depth: Cell::new(0) });
        text.parse().unwrap_or_else(|_| Number::from(0))
    }

    fn count(&self, dotted: &str, element: &Type) -> usize {
        let default = usize::from(matches!(element, Type::Object(_)));
        self.look_up(dotted, &[names::COUNTS]).and_then(|form| form.parse().ok()).unwrap_or(default)
    }

    fn look_up(&self, dotted: &str, tables: &[Table]) -> Option<Form> {
        let kind = self.kind();
        let leaf = dotted.rsplit('.').next().unwrap_or(dotted);
        let named = |name: &str| matches(name, if name.contains('.') { dotted } else { leaf });
        tables
            .iter()
            .flat_map(|table| table.iter())
            .find(|(of, names, _)| matches(of, &kind) && names.split('|').any(named))
            .map(|(_, _, form)| *form)
    }

    /// Hexadecimal digits that are the same for the same object and path.
    fn digest(&self, what: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.fingerprint);
        if self.serial > 0 {
            hash.update(self.serial.to_be_bytes());
        }
        hash.update(what);
        hex::encode(hash.finalize())
    }
}

/// A place whose value is made, for the placeholders of its form.
#[derive(Debug)]
struct Spot<'m> {
    maker: &'m Maker<'m>,
    path: &'m [String],
    /// How many other attributes the value is made of already.
    depth: Cell<u32>,
}

impl Spot<'_> {
    /// The value of one attribute of the object, as text: the known one, or else a made-up one.
    fn attribute(&self, name: &str) -> String {
        if let Some(text) = shown(self.maker.object.member(name)) {
            return text;
        }
        let path = [name.to_owned()];
        let wanted = self.maker.values.get(&self.maker.kind(), name, &Type::String);
        if let Some(Value::String(wanted)) = wanted {
            return wanted;
        }
        if self.depth.get() >= MAX_DEPTH {
            return self.digits(17);
        }
        let tables: &[Table] = match self.maker.provider {
            "aws" => &[aws::FORMS, names::FORMS],
            "azurerm" => &[azure::FORMS, names::FORMS],
            _ => &[names::FORMS],
        };
        let form = self.maker.look_up(name, tables).unwrap_or(names::DEFAULT);
        let depth = Cell::new(self.depth.get() + 1);
        template::expand(form, &Spot { maker: self.maker, path: &path, depth })
    }

    fn digits(&self, count: usize) -> String {
        let digest = self.maker.digest(&self.path.join("."));
        digest.chars().cycle().take(count).collect()
    }
}

/// A known scalar as text.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a text matches a pattern, in which `*` stands for any text and `|` between two patterns.
fn matches(pattern: &str, text: &str) -> bool {
    pattern.split('|').any(|pattern| match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => match (text.strip_prefix(start), end.strip_suffix('*')) {
            (Some(rest), None) => rest.ends_with(end),
            (Some(rest), Some(middle)) => rest.contains(middle),
            (None, _) => false,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value that an object of this kind gets for a text at `path`.
    #[track_caller]
    fn check(kind: &str, object: &Value, path: &[&str], expected: &str) {
        let (sort, type_name) = match kind.strip_prefix("data.") {
            Some(type_name) => (Sort::Data, type_name),
            None => (Sort::Resource, kind),
        };
        let maker = Maker {
            provider: type_name.split('_').next().unwrap(),
            type_name,
            sort,
            object,
            settings: &Settings { region: Some("eu-west-1".to_owned()), ..Settings::default() },
            values: &Values::parse(r#"{"aws_vpc.owner_id": "me"}"#).unwrap(),
            fingerprint: [7; 32],
            serial: 0,
        };
        let path: Vec<String> = path.iter().map(|&step| step.to_owned()).collect();
        assert_eq!(maker.value(&path, &Type::String), expected.into());
    }

    #[test]
    fn a_value_has_the_form_of_its_name() {
        let nothing = Value::object::<String>([]);
        let named = Value::object([("name", Value::from("shop"))]);
        check("aws_vpc", &nothing, &["id"], "vpc-bbdeae500ced93bf6");
        check(
            "aws_vpc",
            &nothing,
            &["arn"],
            "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-bbdeae500ced93bf6",
        );
        check("aws_vpc", &nothing, &["owner_id"], "me");
        let global = Value::object([
            ("name", Value::from("shop")),
            ("scope", "CLOUDFRONT".into()),
            ("id", "1".into()),
        ]);
        check(
            "aws_wafv2_web_acl",
            &global,
            &["arn"],
            "arn:aws:wafv2:eu-west-1:123456789012:global/webacl/shop/1",
        );
        check("aws_iam_role", &named, &["arn"], "arn:aws:iam::123456789012:role/shop");
        check("aws_iam_role", &named, &["id"], "shop");
        check("aws_lb", &named, &["name_prefix"], "");
        check("data.aws_availability_zones", &nothing, &["names", "#1"], "eu-west-1b");
        check(
            "data.aws_iam_policy_document",
            &nothing,
            &["json"],
            r#"{"Statement":[],"Version":"2012-10-17"}"#,
        );
        check(
            "azurerm_subnet",
            &Value::object([
                ("name", Value::from("tasks")),
                ("resource_group_name", "shop".into()),
                ("virtual_network_name", "net".into()),
            ]),
            &["id"],
            "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/net/subnets/tasks",
        );
        check(
            "azurerm_kubernetes_cluster",
            &nothing,
            &["kube_config", "#0", "client_key"],
            "c3RhbmRpbg==",
        );
        check("thing_box", &nothing, &["not_after"], "2030-01-01T00:00:00Z");
        check("random_password", &Value::object([("length", 5.into())]), &["result"], "7fdf7");
    }

    #[test]
    fn every_form_can_be_expanded() {
        let braces = |form: &str| {
            let plain = form.replace("{{", "").replace("}}", "");
            plain.matches('{').count() == plain.matches('}').count()
        };
        for (kind, name, form) in
            [aws::FORMS, azure::FORMS, names::FORMS, names::NUMBERS].into_iter().flatten()
        {
            assert!(braces(form), "{kind} {name} {form}");
        }
        for (kind, name, form) in names::COUNTS {
            assert!(form.parse::<usize>().is_ok(), "{kind} {name} {form}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "ab", true),
            ("*_arn", "role_arn", true),
            ("*_arn", "arn", false),
            ("a*c", "abc", true),
            ("ab*ba", "aba", false),
            ("*b*", "abc", true),
            ("*.b", "a.b", true),
            ("x|a", "a", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
