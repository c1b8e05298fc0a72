//! What MLflow's users have in their environment: the server, and how to prove who they are.
//!
//! The variables mean what they mean to MLflow's own client. Certificates that are not checked are not among them.

use std::path::PathBuf;

use crate::backend::mlflow::Auth;
use crate::backend::registry::Location;

/// Stands for the server of the environment.
const FROM_ENVIRONMENT: &str = "mlflow://";

/// The address that a registry's `url` stands for, and the variable that has it, if it is not the `url` itself. The
/// error is a sentence.
pub(super) fn address(
    url: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<(String, Option<&'static str>), String> {
    if url.trim() != FROM_ENVIRONMENT {
        return Ok((url.to_owned(), None));
    }
    let variables = ["MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_URI"];
    let found = variables.into_iter().find_map(|name| Some((name, environment(name)?)));
    let Some((name, address)) = found else {
        return Err(
            "`mlflow://` stands for the server of the environment variable MLFLOW_REGISTRY_URI or \
             MLFLOW_TRACKING_URI, and neither is set."
                .to_owned(),
        );
    };
    Ok((format!("mlflow+{}", address.trim()), Some(name)))
}

/// The place with what the environment says about credentials and certificates. The error is a sentence.
pub(super) fn with_credentials(
    location: Location,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Location, String> {
    if !location.is_mlflow() {
        return Ok(location);
    }
    let insecure = environment("MLFLOW_TRACKING_INSECURE_TLS");
    if insecure.is_some_and(|value| matches!(&*value.to_lowercase(), "true" | "1")) {
        return Err("The environment variable MLFLOW_TRACKING_INSECURE_TLS asks for certificates that nobody checks, \
             which this provider does not do: whoever is in between could deploy any model. Unset it, and let \
             MLFLOW_TRACKING_SERVER_CERT_PATH name the certificates to trust."
            .to_owned());
    }
    let pair = environment("MLFLOW_TRACKING_USERNAME").zip(environment("MLFLOW_TRACKING_PASSWORD"));
    let auth = match (pair, environment("MLFLOW_TRACKING_TOKEN")) {
        (Some((user, password)), _) => Auth::Basic(user, password.into()),
        (None, Some(token)) => Auth::Token(token.into()),
        (None, None) => Auth::None,
    };
    let ca_file = environment("MLFLOW_TRACKING_SERVER_CERT_PATH").map(PathBuf::from);
    Ok(location.with_mlflow(auth, ca_file))
}

/// A variable of this process, if it is set to something.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| Some(set.iter().find(|(other, _)| *other == name)?.1.to_owned())
    }

    #[test]
    fn an_address_may_come_from_the_environment() {
        let check = |url: &str, set, expected: Result<(&str, Option<&'static str>), &str>| {
            let expected = expected.map(|(text, from)| (text.to_owned(), from));
            assert_eq!(address(url, environment(set)), expected.map_err(str::to_owned), "{url}");
        };
        let tracking: &[_] = &[("MLFLOW_TRACKING_URI", "http://t:5000")];
        let both: &[_] =
            &[("MLFLOW_TRACKING_URI", "http://t:5000"), ("MLFLOW_REGISTRY_URI", "https://r ")];
        check("registry.db", both, Ok(("registry.db", None)));
        check("mlflow+http://h", both, Ok(("mlflow+http://h", None)));
        check("mlflow://", tracking, Ok(("mlflow+http://t:5000", Some("MLFLOW_TRACKING_URI"))));
        check("mlflow://", both, Ok(("mlflow+https://r", Some("MLFLOW_REGISTRY_URI"))));
        let neither = "`mlflow://` stands for the server of the environment variable MLFLOW_REGISTRY_URI or \
                       MLFLOW_TRACKING_URI, and neither is set.";
        check("mlflow://", &[], Err(neither));
    }

    #[test]
    fn certificates_are_always_checked() {
        let location = || Location::parse("mlflow+https://h").unwrap();
        for value in ["true", "True", "1"] {
            let set = move |name: &str| {
                (name == "MLFLOW_TRACKING_INSECURE_TLS").then(|| value.to_owned())
            };
            assert_eq!(
                with_credentials(location(), set).unwrap_err(),
                "The environment variable MLFLOW_TRACKING_INSECURE_TLS asks for certificates that nobody checks, which \
                 this provider does not do: whoever is in between could deploy any model. Unset it, and let \
                 MLFLOW_TRACKING_SERVER_CERT_PATH name the certificates to trust."
            );
            let file = Location::parse("registry.db").unwrap();
            assert!(with_credentials(file, set).is_ok(), "it is none of a file's business");
        }
        let off = environment(&[("MLFLOW_TRACKING_INSECURE_TLS", "false")]);
        assert!(with_credentials(location(), off).is_ok());
    }
}
