//! Forms by the names of attributes, for every provider.

use super::{Form, Table};

/// The form of what no table names.
pub(super) const DEFAULT: Form = "{leaf}-{hex:8}";

/// A document that every policy parser takes, without a statement that allows anything.
pub(super) const POLICY: Form = r#"{{"Statement":[],"Version":"2012-10-17"}}"#;

/// Texts.
#[rustfmt::skip]
pub(super) const FORMS: Table = &[
    // random
    ("random_uuid*", "result|id", "{uuid}"),
    ("random_id", "hex", "{hex:16}"),
    ("random_id", "dec", "{number:18}"),
    ("random_id", "b64_std|b64_url|id", "{base64:standin-random}"),
    ("random_bytes", "base64", "{base64:standin-random-bytes}"),
    ("random_bytes", "hex", "{hex:32}"),
    ("random_password|random_string|ephemeral.random_password", "result", "{hex:.length}"),
    ("random_password", "id", "none"),
    ("*random_password", "bcrypt_hash", "$2a$10${hex:53}"),
    ("random_string", "id", "{.result}"),
    ("random_pet", "id", "{hex:6}-{hex:8}"),
    ("random_shuffle", "id", "-"),
    ("random_integer", "id", "{.result}"),
    // kubernetes and helm
    ("kubernetes_*", "metadata.name", "{type}-{hex:8}"),
    ("kubernetes_*", "namespace", "default"),
    ("kubernetes_*", "uid", "{uuid}"),
    ("kubernetes_*", "resource_version", "{number:6}"),
    ("kubernetes_*", "cluster_ip|cluster_ips", "10.96.{byte}.{byte}"),
    ("kubernetes_*", "ip", "192.0.2.{byte}"),
    ("kubernetes_*", "hostname", "{type}.example.com"),
    ("helm_release", "id", "{name}"),
    ("helm_release", "status", "deployed"),
    ("helm_release", "manifest", "{{}}"),
    ("helm_release", "metadata.values", "{{}}"),
    // everywhere
    ("*", "*policy_json|*_json|json|minified_json", "{{}}"),
    ("*", "*_base64|base64|b64_*", "{base64:standin}"),
    ("*", "client_certificate|client_key|cluster_ca_certificate|certificate_authority_data", "{base64:standin}"),
    ("*", "*_at|*_date|*_timestamp|*_till|not_after|not_before|create_time|*_created|*_restorable_time|*_modified_time|*_archive_time|deprecation_time", "2030-01-01T00:00:00Z"),
    ("*", "*maintenance_window", "sun:05:00-sun:06:00"),
    ("*", "*backup_window|*snapshot_window", "03:00-04:00"),
    ("*", "*_start_time|*snapshot_time", "03:00"),
    ("*", "*ipv6_cidr_block", "2001:db8:{hex:4}::/56"),
    ("*", "*cidr_block|*_cidr|cidr", "10.0.0.0/16"),
    ("*", "ipv6_address*", "2001:db8::{hex:4}"),
    ("*", "*private_ip*|private_ip", "10.0.{byte}.{byte}"),
    ("*", "*ip_address*|*public_ip*|*_ip|*_ips", "192.0.2.{byte}"),
    ("*", "*_uri|*_url|url|issuer|issuer_url", "https://{leaf}-{hex:8}.example.com/"),
    ("*", "*endpoint", "https://{leaf}-{hex:8}.example.com/"),
    ("*", "*fqdn|*dns_name|*hostname|*host_name|*_host", "{leaf}-{hex:8}.example.com"),
    ("*", "version|*_version|*version_actual", "1.0"),
    ("*", "*uuid|*_guid", "{uuid}"),
    ("*", "*email", "standin@example.com"),
    ("*", "public_key_pem|*_pem", "-----BEGIN PUBLIC KEY-----\n{base64:standin}\n-----END PUBLIC KEY-----\n"),
    ("*", "public_key_openssh", "ssh-rsa {base64:standin}"),
    // texts that stand for numbers and truth values, and those that are empty in most things
    ("*", "*_enabled|enable_*", "false"),
    ("*", "*_count|*_percent|*_minutes|*_seconds|*_days|replicas|target_port", "0"),
    ("*", "*_prefix|*_header_value|*_header_name", ""),
    ("*", "state|status", "available"),
    ("*", "etag|*_hash|*_sha256|*checksum*", "{hex:32}"),
    ("*", "id", "{type}-{hex:12}"),
];

/// Numbers.
#[rustfmt::skip]
pub(super) const NUMBERS: Table = &[
    ("random_integer", "result", "{.min}"),
    ("aws_elasticache_*", "port", "6379"),
    ("azurerm_redis_cache", "ssl_port", "6380"),
    ("azurerm_redis_cache", "port", "6379"),
    ("azurerm_mssql_*", "port", "1433"),
    ("*", "port", "5432"),
    ("helm_release", "*.revision", "1"),
    ("aws_ecs_task_definition", "revision", "1"),
    ("aws_launch_template", "latest_version|default_version", "1"),
    ("azurerm_*", "retention_in_days", "30"),
];

/// Truth values that are not false.
#[rustfmt::skip]
pub(super) const FLAGS: Table = &[
    ("data.aws_vpc", "enable_dns_*|default", "true"),
    ("aws_lb_target_group", "health_check.enabled", "true"),
    ("aws_kms_key", "is_enabled", "true"),
];

/// How many elements a list or set has; one if they are objects, and none if this table does not say
/// otherwise.
#[rustfmt::skip]
pub(super) const COUNTS: Table = &[
    ("data.*", "ids|names|zone_ids|arns", "3"),
    ("random_shuffle", "result", "1"),
    ("*", "name_servers|nameservers", "4"),
    ("*", "availability_zones", "3"),
    ("*", "*_arns|*addresses|*_address_list|cluster_ips|*address_prefixes", "1"),
];
