//! Started in a way that cannot work: exit code and text.

use super::host::{Identity, Start};

async fn check(start: Start, code: i32, text: &str) {
    let (found, output, errors) = start.finish().await;
    assert_eq!(found, Some(code), "{errors}");
    assert_eq!(output, "");
    assert!(errors.starts_with(text), "{errors}");
}

#[tokio::test]
async fn by_hand() {
    let text =
        "terraform-provider-things 1.2.3 is a Terraform provider: Terraform or OpenTofu starts it";
    check(Start::new(""), 1, text).await;
    check(Start::new("").with("TF_PLUGIN_MAGIC_COOKIE", "stale"), 1, text).await;
}

#[tokio::test]
async fn by_an_old_host() {
    let start = Start::new("").like_terraform(&Identity::new());
    let start = start.with("PLUGIN_PROTOCOL_VERSIONS", "4,5");
    check(start, 1, "the host speaks plugin protocol 4,5, this provider speaks version 6").await;
}

#[tokio::test]
async fn without_certificate() {
    let start = || Start::new("").like_terraform(&Identity::new());
    let text = "the host gave no client certificate in PLUGIN_CLIENT_CERT";
    check(start().with("PLUGIN_CLIENT_CERT", ""), 1, text).await;
    let text = "the host gave no client certificate because TF_DISABLE_PLUGIN_TLS is set";
    let disabled = start().with("PLUGIN_CLIENT_CERT", "").with("TF_DISABLE_PLUGIN_TLS", "1");
    check(disabled, 1, text).await;
    let text = "the client certificate in PLUGIN_CLIENT_CERT cannot be read: ";
    check(start().with("PLUGIN_CLIENT_CERT", "no PEM"), 1, text).await;
}

#[tokio::test]
async fn with_unknown_arguments() {
    check(Start::new("serve"), 2, "unknown argument \"serve\": expected `-debug`").await;
    check(Start::new("-debug -v"), 2, "unknown argument \"-v\"").await;
}

#[tokio::test]
async fn questions_are_answered() {
    let (code, output, errors) = Start::new("-version").finish().await;
    let expected = "terraform-provider-things 1.2.3\n";
    assert_eq!((code, output.as_str(), errors.as_str()), (Some(0), expected, ""));
    let (code, output, errors) = Start::new("--help").finish().await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.contains("$ terraform-provider-things -debug"), "{output}");
}
