//! Checking a whole bucket: every entry, every record, and that nothing else is there.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use crate::backend::worm::chain::{CHAIN, Chain};
use crate::backend::worm::directory::fs::Dir;
use crate::backend::worm::directory::record::inspect;
use crate::backend::worm::directory::{Depth, Directory, LOCK, TMP};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, Problem, Report};
use crate::backend::worm::name::RecordPath;

/// Levels of folders above a record: type, year, month.
const DEPTH: usize = 3;

impl Directory {
    pub(in crate::backend::worm) fn verify_bucket(
        &self,
        name: &str,
        anchor: Option<&Anchor>,
    ) -> Result<Report, Error> {
        self.settled(name, Depth::Anew, |dir, chain| {
            let report = scan(name, dir, chain, anchor)?;
            let quiet = report.problems.is_empty();
            Ok((report, quiet))
        })
    }
}

/// All that lies in a bucket beside its chain, by path: nothing for what may be a record, else what it is.
pub(super) fn walk(dir: &Dir) -> Result<BTreeMap<String, Option<&'static str>>, Error> {
    let mut found = BTreeMap::new();
    for name in dir.names()? {
        if [CHAIN, TMP, LOCK].map(OsStr::new).contains(&name.as_os_str()) {
            continue;
        }
        descend(dir, &name, &mut Vec::new(), &mut found)?;
    }
    Ok(found)
}

fn descend(
    dir: &Dir,
    name: &OsStr,
    above: &mut Vec<String>,
    found: &mut BTreeMap<String, Option<&'static str>>,
) -> Result<(), Error> {
    let shown = name.to_string_lossy().into_owned();
    above.push(shown);
    let path = above.join("/");
    if above.len() > DEPTH {
        let what = match dir.file(name) {
            Ok(_) if name.to_str().is_none() || RecordPath::parse(&path).is_err() => {
                Some("not a record")
            }
            // One that cannot be opened is still there; its own check says why.
            Ok(_) | Err(Error::Io { .. }) => None,
            Err(Error::Irregular { found, .. }) => Some(found),
            Err(error) => return Err(error),
        };
        found.insert(path, what);
    } else {
        match dir.folder(name) {
            Ok(Some(folder)) => {
                for name in folder.names()? {
                    descend(&folder, &name, above, found)?;
                }
            }
            Ok(None) => {}
            Err(Error::Irregular { found: what, .. }) => {
                found.insert(path, Some(what));
            }
            Err(error) => return Err(error),
        }
    }
    above.pop();
    Ok(())
}

fn scan(bucket: &str, dir: &Dir, chain: &Chain, anchor: Option<&Anchor>) -> Result<Report, Error> {
    let mut problems = chain.problems.clone();
    problems.extend(anchor.and_then(|anchor| chain.check_anchor(anchor)));
    let mut paths: BTreeMap<String, Option<&'static str>> = walk(dir)?;
    paths.extend(chain.records.keys().map(|path| (path.clone(), None)));
    for (path, foreign) in paths {
        match (foreign, RecordPath::parse(&path)) {
            (None, Ok(parsed)) => {
                problems.extend(inspect(dir, chain, bucket, &parsed)?.problems);
            }
            (found, _) => {
                let found = found.unwrap_or("not a record");
                problems.push(Problem::Foreign { path, found });
            }
        }
    }
    Ok(Report {
        entries: chain.entries.len() as u64,
        records: chain.records.len() as u64,
        deleted: chain.deleted.len() as u64,
        head: chain.head(),
        problems,
    })
}
