//! `mlgen schema`: what editors need to complete and check the files of a project.

use mlgen::schema;

use crate::args::SchemaKind;
use crate::job::SchemaJob;
use crate::project;
use crate::render::{Exit, Streams};

/// Writes the schema; with a project it knows the inputs of the project's components.
pub fn run(job: &SchemaJob, streams: &mut Streams<'_>) -> anyhow::Result<Exit> {
    let app = match &job.root {
        Some(root) => Some(project::read(root, &[])?),
        None => None,
    };
    let kind = match job.kind {
        SchemaKind::Project => schema::SchemaKind::Project,
        SchemaKind::Configs => schema::SchemaKind::Configs,
    };
    let schema = schema::schema(kind, app.as_ref());
    writeln!(streams.out, "{schema:#}")?;
    Ok(Exit::Fine)
}
