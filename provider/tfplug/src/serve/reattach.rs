//! What a developer needs to attach a host to a provider in debug mode.

use serde_json::json;

use super::handshake::PROTOCOL_VERSION;
use super::listen::Place;

/// Value of `TF_REATTACH_PROVIDERS` for one provider.
///
/// `Test` tells the host that the process is not its own: it neither ends nor
/// kills it, and it believes the protocol version.
pub(crate) fn value(source: &str, place: &Place, process: u32) -> String {
    json!({
        source: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": process,
            "Test": true,
            "Addr": { "Network": place.network, "String": place.address },
        }
    })
    .to_string()
}

/// What debug mode prints: the variable for shells of both kinds.
pub(crate) fn text(value: &str) -> String {
    let posix = value.replace('\'', r"'\''");
    let powershell = value.replace('\'', "''");
    format!(
        "The provider runs. Tell Terraform in another terminal, POSIX shell or PowerShell:\n\n\
         TF_REATTACH_PROVIDERS='{posix}'\n\
         $env:TF_REATTACH_PROVIDERS = '{powershell}'\n\n\
         It serves until interrupted with Ctrl-C.\n"
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::text;

    #[test]
    fn quotes_for_both_shells() {
        expect![[r#"
            The provider runs. Tell Terraform in another terminal, POSIX shell or PowerShell:

            TF_REATTACH_PROVIDERS='{"example.com/o/n":{"path":"/it'\''s"}}'
            $env:TF_REATTACH_PROVIDERS = '{"example.com/o/n":{"path":"/it''s"}}'

            It serves until interrupted with Ctrl-C.
        "#]]
        .assert_eq(&text(r#"{"example.com/o/n":{"path":"/it's"}}"#));
    }
}
