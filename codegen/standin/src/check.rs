//! What providers check and Terraform does not: texts that must be JSON, and address ranges.
//!
//! Read-only attributes that are configured and required ones that are null are checked by the framework.

use tfplug::draft::RawDraft;
use tfplug::{Error, Path, Value};

/// Texts that the providers parse as JSON while they validate.
const JSON: &[(&str, &str)] = &[
    ("aws_cloudwatch_dashboard", "dashboard_body"),
    ("aws_ecr_lifecycle_policy", "policy"),
    ("aws_ecs_task_definition", "container_definitions"),
    ("aws_iam_policy", "policy"),
    ("aws_iam_role", "assume_role_policy"),
    ("aws_iam_role_policy", "policy"),
    ("aws_kms_key", "policy"),
    ("aws_s3_bucket_policy", "policy"),
    ("aws_secretsmanager_secret", "policy"),
    ("aws_sns_topic_policy", "policy"),
    ("aws_sqs_queue_policy", "policy"),
    ("aws_vpc_endpoint", "policy"),
];

/// Texts that are address ranges.
const RANGES: &[(&str, &str)] = &[
    ("aws_route", "destination_cidr_block"),
    ("aws_subnet", "cidr_block"),
    ("aws_vpc", "cidr_block"),
    ("aws_vpc_security_group_egress_rule", "cidr_ipv4"),
    ("aws_vpc_security_group_ingress_rule", "cidr_ipv4"),
];

/// Arguments of which only one can be given.
const EXCLUDE: &[(&str, &str, &str)] = &[
    ("aws_db_instance", "password", "password_wo"),
    ("aws_db_instance", "password", "manage_master_user_password"),
    ("aws_db_instance", "password_wo", "manage_master_user_password"),
    ("aws_rds_cluster", "master_password", "master_password_wo"),
    ("aws_rds_cluster", "master_password", "manage_master_user_password"),
    ("aws_secretsmanager_secret_version", "secret_string", "secret_string_wo"),
    ("aws_ssm_parameter", "value", "value_wo"),
    ("azurerm_key_vault_secret", "value", "value_wo"),
    ("azurerm_mssql_server", "administrator_login_password", "administrator_login_password_wo"),
    ("azurerm_postgresql_flexible_server", "administrator_password", "administrator_password_wo"),
];

/// Checks a configuration of this kind; all that is wrong is told.
pub fn configuration(kind: &str, draft: &mut RawDraft) {
    let config = draft.config.clone();
    for (_, name) in JSON.iter().filter(|(of, _)| *of == kind) {
        if let Some(text) = config.member(name).as_str()
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text)
        {
            let detail = format!("The text is not a JSON document: {error}. Use `jsonencode`.");
            refuse(draft, name, "Invalid JSON", detail);
        }
    }
    for (_, name) in RANGES.iter().filter(|(of, _)| *of == kind) {
        if let Some(text) = config.member(name).as_str()
            && !is_range(text)
        {
            let detail = format!("Expected an address range such as 10.0.0.0/16, found {text:?}.");
            refuse(draft, name, "Invalid address range", detail);
        }
    }
    for (_, one, other) in EXCLUDE.iter().filter(|(of, _, _)| *of == kind) {
        if is_given(config.member(one)) && is_given(config.member(other)) {
            let detail = format!("Only one of `{one}`, `{other}` can be set. Leave the other out.");
            refuse(draft, one, "Conflicting arguments", detail);
        }
    }
}

fn refuse(draft: &mut RawDraft, name: &str, summary: &str, detail: String) {
    draft.diags.extend(Error::user(summary, detail).at(Path::attribute(name)));
}

/// Whether a value will be set for sure; false as a truth value counts as not set.
fn is_given(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Unknown(_) | Value::Bool(false))
}

/// Whether this is an address with the length of its prefix.
fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(length) = length.parse::<u8>() else { return false };
    match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => length <= 32,
        Ok(std::net::IpAddr::V6(_)) => length <= 128,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<const N: usize>(kind: &str, config: [(&str, Value); N], expected: &[&str]) {
        let mut draft = RawDraft { config: Value::object(config), ..RawDraft::default() };
        configuration(kind, &mut draft);
        let said: Vec<String> = draft.diags.iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn what_must_be_json() {
        check("aws_iam_policy", [("policy", "{}".into())], &[]);
        check("aws_iam_policy", [("policy", Value::UNKNOWN)], &[]);
        check("aws_iam_user", [("policy", "{".into())], &[]);
        check(
            "aws_iam_policy",
            [("policy", "{".into())],
            &[
                "policy: Invalid JSON: The text is not a JSON document: EOF while parsing an object at line 1 column 1. Use `jsonencode`.",
            ],
        );
    }

    #[test]
    fn what_must_be_a_range() {
        for range in ["10.0.0.0/16", "::/0", "0.0.0.0/0", "2001:db8::/32"] {
            check("aws_vpc", [("cidr_block", range.into())], &[]);
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/16", "::/129", "a/1", ""] {
            let message = format!(
                "cidr_block: Invalid address range: Expected an address range such as 10.0.0.0/16, found {text:?}."
            );
            check("aws_vpc", [("cidr_block", text.into())], &[&message]);
        }
    }

    #[test]
    fn what_excludes_each_other() {
        let both = |one: Value, other: Value, expected: &[&str]| {
            check("aws_ssm_parameter", [("value", one), ("value_wo", other)], expected);
        };
        both("a".into(), Value::Null, &[]);
        both("a".into(), Value::UNKNOWN, &[]);
        both(
            "a".into(),
            "b".into(),
            &[
                "value: Conflicting arguments: Only one of `value`, `value_wo` can be set. Leave the other out.",
            ],
        );
        check(
            "aws_db_instance",
            [("password", "a".into()), ("manage_master_user_password", false.into())],
            &[],
        );
    }
}
