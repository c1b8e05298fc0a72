//! Errors of the backends as messages to the user: whose matter each is, and where it belongs.
//!
//! The backends' texts already say what happened, where, and what to do.

use tfplug::{Cx, Diagnostic, Error, Path};

use crate::backend::registry::Registry;
use crate::backend::{
    artifacts, audit, aws, azure, mlflow, notify, prefect, registry, signal, worm,
};

impl From<prefect::Error> for Error {
    fn from(error: prefect::Error) -> Self {
        use prefect::{Denied, Error as E};
        let detail = sentence(&error.to_string());
        match &error {
            E::Name { field, problem } => {
                Error::user("Invalid value", sentence(&problem.to_string()))
                    .at(Path::attribute(*field))
            }
            E::Config(_) => Error::user("Prefect configuration not usable", detail),
            E::Unauthorized { denied: Denied::Credentials, .. } => {
                let detail = format!(
                    "{detail} For Prefect Cloud set `api_key` in the `prefect` block or PREFECT_API_KEY, for a server \
                     `basic_auth_key` or PREFECT_API_AUTH_STRING."
                );
                Error::user("Prefect denied access", detail)
            }
            E::Invalid { fields, .. } => fields
                .iter()
                .map(|field| {
                    let detail = format!(
                        "{} Prefect said: {}.",
                        sentence_about(&error),
                        field.message.trim_end_matches('.')
                    );
                    Error::user("Prefect refused a value", detail).at(attribute_of(&field.pointer))
                })
                .reduce(Error::and)
                .unwrap_or_else(|| Error::user("Prefect refused the request", detail)),
            E::Conflict { .. } => Error::user("Prefect reports a conflict", detail),
            E::Unauthorized { .. } => Error::user("Prefect denied access", detail),
            E::NotFound { .. } => Error::user("Not found on the Prefect server", detail),
            E::DefaultQueue { .. } => Error::user("The default queue stays", detail),
            _ => Error::remote("Prefect did not do as asked", detail),
        }
    }
}

impl From<notify::Error> for Error {
    fn from(error: notify::Error) -> Self {
        use notify::Error as E;
        let detail = sentence(&error.to_string());
        match &error {
            E::NoWay(service) => Error::user(format!("No way to {service}"), detail),
            E::Refused { service, .. } => {
                Error::user(format!("{service} refused the message"), detail)
            }
            E::Busy { service, .. } | E::NoAnswer { service, .. } => {
                Error::remote(format!("{service} did not take the message"), detail)
            }
        }
    }
}

/// The call that a message is about, as a sentence.
fn sentence_about(error: &prefect::Error) -> String {
    error.call().map(|call| format!("{call} failed.")).unwrap_or_default()
}

/// The attribute for a field of Prefect's request.
fn attribute_of(pointer: &[String]) -> Path {
    match pointer.first().map(String::as_str) {
        None => Path::ROOT,
        Some("is_paused") => Path::attribute("paused"),
        Some(name) => Path::attribute(name),
    }
}

impl From<registry::Error> for Error {
    fn from(error: registry::Error) -> Self {
        use registry::Error as E;
        let detail = sentence(&error.to_string());
        match &error {
            E::Location(_) => Error::user("Registry address not usable", detail),
            E::Conflict(_) => {
                Error::user("Deployment conflict", detail).at(Path::attribute("version"))
            }
            E::VersionTaken(_) => {
                Error::user("Version is taken", detail).at(Path::attribute("version"))
            }
            E::UnknownVersion { .. } => {
                Error::user("Unknown version", detail).at(Path::attribute("version"))
            }
            E::Archived { .. } => {
                Error::user("Version is archived", detail).at(Path::attribute("version"))
            }
            E::NotVerified { .. } => {
                Error::user("Version is not verified", detail).at(Path::attribute("version"))
            }
            E::Outrun(_) => Error::remote("Another run deployed meanwhile", detail)
                .at(Path::attribute("version")),
            E::NotInMlflow { .. } => Error::user("Not with MLflow", detail),
            E::Mlflow(error) => of_mlflow(error, detail),
            E::RollbackRefused { .. } => {
                Error::user("Rollback refused", detail).at(Path::attribute("version"))
            }
            E::StillDeployed { .. } => Error::user("Version is deployed", detail),
            E::StaleVersion { .. } => Error::user("Version changed meanwhile", detail),
            E::Invalid(_) => Error::user("Invalid value", detail),
            E::NotMigrated { .. }
            | E::SchemaTooNew { .. }
            | E::MigrationChanged { .. }
            | E::ForeignTable { .. } => Error::user("Registry schema not usable", detail),
            E::LockTaken { .. } => Error::user("Registry is locked", detail),
            E::LockLost { .. } => Error::remote("Lock was lost", detail),
            E::NoRoles { .. } => Error::user("No credentials for a file", detail),
            E::RoleGone { .. } => Error::remote("Credentials are gone", detail),
            E::File { .. } | E::Login { .. } | E::Permission { .. } => {
                Error::user("Registry not accessible", detail)
            }
            _ => Error::remote("The registry's database failed", detail),
        }
    }
}

fn of_mlflow(error: &mlflow::Error, detail: String) -> Error {
    use mlflow::{Denied, Error as E, Refusal};
    match error {
        E::Denied { denied: Denied::Credentials, .. } => {
            let detail = format!(
                "{detail} Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
            );
            Error::user("MLflow denied access", detail)
        }
        E::Denied { .. } => Error::user("MLflow denied access", detail),
        E::Client { .. } | E::NotMlflow { .. } | E::Redirected { .. } => {
            Error::user("Registry address not usable", detail)
        }
        E::Refused { refusal: Refusal::Source, .. } => {
            Error::user("MLflow refused a value", detail).at(Path::attribute("artifact_uri"))
        }
        E::Refused { .. } => Error::user("MLflow refused a value", detail),
        _ => Error::remote("MLflow did not do as asked", detail),
    }
}

impl From<aws::Error> for Error {
    fn from(error: aws::Error) -> Self {
        let detail = sentence(&error.to_string());
        match *error.reason {
            aws::Reason::NoRegion | aws::Reason::Credentials { .. } => {
                Error::user("AWS configuration not usable", detail)
            }
            _ => Error::remote("The call of S3 failed", detail),
        }
    }
}

impl From<azure::Error> for Error {
    fn from(error: azure::Error) -> Self {
        let detail = sentence(&error.to_string());
        match error.reason {
            azure::Reason::Credentials { .. } => {
                Error::user("Azure configuration not usable", detail)
            }
            _ => Error::remote("The call of Azure Blob Storage failed", detail),
        }
    }
}

impl From<worm::Error> for Error {
    fn from(error: worm::Error) -> Self {
        use worm::Error as E;
        let detail = sentence(&error.to_string());
        match &error {
            E::Retained { .. } | E::BucketNotEmpty { .. } => Error::user("Under retention", detail),
            E::Held { .. } => Error::user("Under a legal hold", detail),
            E::Unable { .. } | E::Unprotected { .. } => Error::user("Not possible here", detail),
            E::CopyDiffers { .. } => Error::user("The copy is another", detail),
            E::LockIgnored { .. } => Error::remote("The lock was not kept", detail),
            E::RetentionShrinks { .. } | E::RetentionRange { .. } => {
                Error::user("Retention not possible", detail).at(Path::attribute("retention_days"))
            }
            E::RecordExists { .. } | E::PathSpent { .. } => {
                Error::user("Record exists", detail).at(Path::attribute("name"))
            }
            E::BucketExists { .. } => {
                Error::user("Bucket exists", detail).at(Path::attribute("name"))
            }
            E::NoBucket { .. } => {
                Error::user("No such bucket", detail).at(Path::attribute("bucket"))
            }
            E::BucketLost { .. } => {
                let detail = format!(
                    "{detail} If it was removed on purpose, tell Terraform to forget it and its records: \
                     `terraform state rm ADDRESS`."
                );
                Error::user("Bucket is gone", detail)
            }
            E::Damaged { .. } => Error::user("Archive is damaged", detail),
            E::Name { .. } | E::EventTime => Error::user("Invalid value", detail),
            E::RelativeRoot | E::NoRoot { .. } => Error::user("Archive not usable", detail),
            _ => Error::remote("The archive could not be used", detail),
        }
    }
}

impl From<audit::Error> for Error {
    fn from(error: audit::Error) -> Self {
        use audit::Error as E;
        let detail = sentence(&error.to_string());
        let is_theirs = match &error {
            E::Archive { source, .. } => matches!(**source, worm::Error::NoBucket { .. }),
            E::Foreign { .. } => true,
            E::Vanished { .. } => return Error::user("Event has vanished", detail),
            E::Altered { .. } => return Error::user("Event was changed", detail),
            E::Registry(_) => false,
        };
        if is_theirs {
            Error::user("Audit not usable", detail)
        } else {
            Error::remote("The audit trail could not be written", detail)
        }
    }
}

impl From<artifacts::Error> for Error {
    fn from(error: artifacts::Error) -> Self {
        use artifacts::Error as E;
        let detail = sentence(&error.to_string());
        let at = |name| Path::attribute(name);
        match &error {
            E::Name(_) => Error::user("Invalid value", detail),
            E::Source { .. } => Error::user("Source not usable", detail).at(at("artifacts")),
            E::Taken { .. } => Error::user("Version is taken", detail).at(at("version")),
            E::Damaged { .. } => Error::user("Version is damaged", detail).at(at("version")),
            E::OtherSource { .. } => {
                Error::user("Version is immutable", detail).at(at("artifacts"))
            }
            E::Foreign { .. } => Error::user("Not all of it can be removed", detail),
            E::RelativeRoot | E::NoRoot { .. } => {
                Error::user("Store of artifacts not usable", detail)
            }
            E::Stopped => Error::user("Cancelled", detail),
            _ => Error::remote("The store of artifacts could not be used", detail),
        }
    }
}

impl From<signal::Error> for Error {
    fn from(error: signal::Error) -> Self {
        use signal::{Error as E, Refusal};
        let detail = sentence(&error.to_string());
        match &error {
            E::Invalid(_) => Error::user("Invalid value", detail),
            E::Foreign { .. } => Error::user("The key belongs to something else", detail),
            E::Malformed { .. } => Error::user("The key holds no signal", detail),
            E::Conflict { .. } => Error::user("Signal changed meanwhile", detail),
            E::Refused { refusal, .. } => match refusal {
                Refusal::Password | Refusal::NoPassword | Refusal::Permission(_) => {
                    Error::user("Redis denied access", detail)
                }
                Refusal::ReadOnly | Refusal::Moved(_) | Refusal::CrossSlot => {
                    Error::user("Not the right Redis server", detail)
                }
                _ => Error::remote("Redis did not do as asked", detail),
            },
            E::Unreachable { .. } | E::Lost { .. } | E::Unreadable { .. } => {
                Error::remote("Redis did not do as asked", detail)
            }
        }
    }
}

/// A work pool that something refers to and that does not exist.
pub(crate) fn no_pool(pool: &str) -> Error {
    let detail = format!(
        "There is no work pool {pool:?}. Create it first, and refer to it by `mlassets_work_pool.NAME.name`."
    );
    Error::user("No such work pool", detail)
}

/// Warns where the state knows of a registry that is not there: a plan would make an empty one in its place.
pub(crate) fn registry_is_gone(cx: &Cx<Registry>, place: &str, was_there: bool) {
    if was_there {
        let detail = format!(
            "{place} holds no model registry, though there was one. An apply makes an empty one; before that, check that \
             `url` is right and that the volume of the file is mounted."
        );
        cx.call().warn(Diagnostic::warning("The registry is gone", detail));
    }
}

pub(crate) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let is_address = message.split(' ').next().is_some_and(|word| word.contains("://"));
    let first: String = match chars.next() {
        Some(first) if is_address => first.into(),
        first => first.into_iter().flat_map(char::to_uppercase).collect(),
    };
    let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}
