//! Credentials of AWS from each place that people have them in. A signed URL names the access key that signed it, and
//! no other server is asked.

use std::fs;

use crate::harness::Workspace;
use crate::server::{Request, Server};

const SIGNED: &str = "ephemeral \"mlassets_presigned_url\" \"this\" {\n  bucket = \"models\"\n  key = \"a\"\n}\n\
    resource \"terraform_data\" \"this\" {\n  provisioner \"local-exec\" {\n    \
    command = \"printf %s \\\"$URL\\\" > url\"\n    \
    environment = { URL = ephemeral.mlassets_presigned_url.this.url }\n  }\n}\n";

const PROFILES: &str = "[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n\
    [work]\naws_access_key_id = AKWORK\naws_secret_access_key = s\n";

const CONFIG: &str = "[profile of-a-program]\ncredential_process = cat given.json\nregion = eu-central-1\n\
    [profile of-sso]\nsso_session = team\nsso_account_id = 111122223333\nsso_role_name = Reader\n\
    region = eu-central-1\n[sso-session team]\nsso_region = eu-central-1\n\
    sso_start_url = https://example.awsapps.com/start\n\
    [profile of-a-role]\nrole_arn = arn:aws:iam::111122223333:role/reader\nsource_profile = work\n\
    region = eu-central-1\n";

/// SHA-1 of `team`: the name under which `aws sso login` keeps the token of that session.
const TOKEN: &str = ".aws/sso/cache/d25187dc137f35c88bc80ec8c3ffbdb17b5eb873.json";

/// Everyone who gives credentials: a container, a machine, STS, single sign-on.
fn giver() -> Server {
    Server::start(|Request { head, body }| {
        let line = head.lines().next().unwrap_or_default();
        let has = |text: &str| head.to_lowercase().contains(&text.to_lowercase());
        let json = |key: &str| {
            format!(
                "{{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"LastUpdated\":\"2025-01-15T04:00:00Z\",\
                 \"AccessKeyId\":\"{key}\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\
                 \"Expiration\":\"2099-01-01T00:00:00Z\"}}"
            )
        };
        let sts = |action: &str, key: &str| {
            format!(
                "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>\
                 <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>\
                 <Arn>arn:aws:sts::111122223333:assumed-role/reader/x</Arn><AssumedRoleId>A:x</AssumedRoleId>\
                 </AssumedRoleUser></{action}Result></{action}Response>"
            )
        };
        let found = if line.contains("/of-a-container") && has("authorization: let-me-in") {
            json("AKCONTAINER")
        } else if line.starts_with("PUT /latest/api/token") {
            let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n".to_owned();
            return (200, ttl, "machine-token".to_owned());
        } else if line.contains("/iam/security-credentials/reader") && has("machine-token") {
            json("AKMACHINE")
        } else if line.contains("/iam/security-credentials/") && has("machine-token") {
            "reader".to_owned()
        } else if body.contains("AssumeRoleWithWebIdentity") && body.contains("from-another-issuer")
        {
            sts("AssumeRoleWithWebIdentity", "AKWEB")
        } else if body.contains("Action=AssumeRole") && has("Credential=AKWORK/") {
            sts("AssumeRole", "AKROLE")
        } else if line.contains("/federation/credentials") && has("sso-token") {
            "{\"roleCredentials\":{\"accessKeyId\":\"AKSSO\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\",\
             \"expiration\":4070908800000}}"
                .to_owned()
        } else {
            return (404, String::new(), String::new());
        };
        (200, String::new(), found)
    })
}

#[test]
fn credentials_come_from_where_people_have_them() {
    let giver = giver();
    let address = format!("http://127.0.0.1:{}", giver.port);
    let container = format!("{address}/of-a-container");
    let check = |block: &str, variables: &[(&str, &str)], expected: &str| {
        let provider = format!("provider \"mlassets\" {{\n  aws {{\n{block}\n  }}\n}}\n");
        let mut workspace = Workspace::new(&format!("{provider}{SIGNED}"));
        // A server of S3 whose address is not that of those who give credentials.
        workspace = workspace
            .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_STS", address.as_str())
            .env("AWS_ENDPOINT_URL_SSO", address.as_str());
        for (name, value) in variables {
            workspace = workspace.env(name, *value);
        }
        workspace.write(".aws/credentials", PROFILES);
        workspace.write(".aws/config", CONFIG);
        let printed = "{\"Version\":1,\"AccessKeyId\":\"AKPROGRAM\",\"SecretAccessKey\":\"s\"}";
        workspace.write("given.json", printed);
        workspace.write("web-token", "from-another-issuer");
        let token = "{\"accessToken\":\"sso-token\",\"expiresAt\":\"2099-01-01T00:00:00Z\",\
                     \"region\":\"eu-central-1\",\"startUrl\":\"https://example.awsapps.com/start\"}";
        workspace.write(TOKEN, token);
        workspace.apply().ok();
        let url = fs::read_to_string(workspace.path("url")).expect("it was written down");
        let named = format!("X-Amz-Credential={expected}%2F");
        assert!(url.contains(&named), "{expected} did not sign {url}");
        assert!(
            url.starts_with("http://127.0.0.1:1/models/a?"),
            "the bucket is in the path: {url}"
        );
    };
    let keys = [("AWS_ACCESS_KEY_ID", "AKENV"), ("AWS_SECRET_ACCESS_KEY", "s")];
    check("", &keys, "AKENV");
    check("    access_key = \"AKBLOCK\"\n    secret_key = \"s\"", &keys, "AKBLOCK");
    check("    profile = \"work\"", &keys, "AKWORK");
    check("", &[], "AKDEFAULT");
    check("", &[("AWS_PROFILE", "of-a-program")], "AKPROGRAM");
    check("    profile = \"of-a-role\"", &[], "AKROLE");
    check("", &[("AWS_PROFILE", "of-sso")], "AKSSO");
    let nowhere = ("AWS_SHARED_CREDENTIALS_FILE", "no-such-file");
    let web = [
        nowhere,
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "web-token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/reader"),
    ];
    check("", &web, "AKWEB");
    let container = [
        nowhere,
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let-me-in"),
    ];
    check("", &container, "AKCONTAINER");
    let machine = [
        nowhere,
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", address.as_str()),
    ];
    check("", &machine, "AKMACHINE");
}
