//! A unix socket that other users cannot reach, and that goes when we go.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process;

use tokio::net::UnixListener;

use super::environment::Environment;
use super::error::ServeError;

/// Room for a path in a socket address on the least generous system.
const LONGEST_PATH: usize = 103;

/// Groups of this machine, as far as they are in a file.
const GROUP_FILE: &str = "/etc/group";

/// A socket file and the folder made for it. Dropping it removes both.
#[derive(Debug)]
pub(crate) struct SocketFile {
    folder: PathBuf,
    path: PathBuf,
}

impl SocketFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Whoever removed them before us has done our work.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Listens on a fresh socket in `PLUGIN_UNIX_SOCKET_DIR`, or in the folder for
/// temporary files.
pub(crate) fn bind(environment: &Environment) -> Result<(UnixListener, SocketFile), ServeError> {
    let parent = environment.variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from);
    let parent = parent.unwrap_or_else(|| environment.temporary().clone());
    let group = environment
        .variable("PLUGIN_UNIX_SOCKET_GROUP")
        .map(|name| find_group(name).ok_or_else(|| ServeError::Group { group: name.to_owned() }))
        .transpose()?;
    let failed = |path: &Path, source| ServeError::Listen {
        place: path.to_string_lossy().into_owned(),
        source,
    };
    let file = fresh_folder(&parent).map_err(|source| failed(&parent, source))?;
    if file.path.as_os_str().len() > LONGEST_PATH {
        return Err(ServeError::PathTooLong { path: file.path.to_string_lossy().into_owned() });
    }
    let listener = UnixListener::bind(&file.path).map_err(|source| failed(&file.path, source))?;
    restrict(&file, group).map_err(|source| failed(&file.path, source))?;
    Ok((listener, file))
}

/// Makes a folder that only our user can enter. Creation fails where something
/// exists already, so the name need not be hard to guess.
fn fresh_folder(parent: &Path) -> io::Result<SocketFile> {
    let mut attempt = 0_u32;
    loop {
        let folder = parent.join(format!("tfplug-{}-{attempt}", process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(SocketFile { path: folder.join("s"), folder }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 10_000 => {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Sets who may connect. The folder opens last, when the socket is right.
fn restrict(file: &SocketFile, group: Option<u32>) -> io::Result<()> {
    let Some(group) = group else {
        return fs::set_permissions(&file.path, Permissions::from_mode(0o600));
    };
    chown(&file.path, None, Some(group))?;
    fs::set_permissions(&file.path, Permissions::from_mode(0o660))?;
    chown(&file.folder, None, Some(group))?;
    fs::set_permissions(&file.folder, Permissions::from_mode(0o710))
}

fn find_group(name: &str) -> Option<u32> {
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    group_number(&fs::read_to_string(GROUP_FILE).ok()?, name)
}

/// Finds the number of a group in a file of the form of `/etc/group`.
fn group_number(file: &str, name: &str) -> Option<u32> {
    file.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    use super::{bind, group_number};
    use crate::serve::environment::Environment;

    fn environment(variables: &[(&str, &str)], temporary: &Path) -> Environment {
        let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Environment::new([], variables, temporary.to_owned())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn only_our_user_can_enter_and_nothing_stays() {
        let parent = tempfile::tempdir().unwrap();
        let (_first_listener, first) = bind(&environment(&[], parent.path())).unwrap();
        let (_second_listener, second) = bind(&environment(&[], parent.path())).unwrap();
        assert_ne!(first.path(), second.path());
        assert_eq!(mode(first.path().parent().unwrap()), 0o700);
        assert_eq!(mode(first.path()), 0o600);
        drop((first, second));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn the_host_names_folder_and_group() {
        let (parent, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let group = fs::metadata(parent.path()).unwrap().gid().to_string();
        let folder = parent.path().to_str().unwrap();
        let variables =
            [("PLUGIN_UNIX_SOCKET_DIR", folder), ("PLUGIN_UNIX_SOCKET_GROUP", group.as_str())];
        let (_listener, file) = bind(&environment(&variables, other.path())).unwrap();
        assert!(file.path().starts_with(parent.path()));
        assert_eq!(mode(file.path().parent().unwrap()), 0o710);
        assert_eq!(mode(file.path()), 0o660);
        assert_eq!(fs::metadata(file.path()).unwrap().gid().to_string(), group);
    }

    #[tokio::test]
    async fn says_what_is_wrong_and_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let error = |variables: &[(&str, &str)], folder: &Path| {
            bind(&environment(variables, folder)).unwrap_err().to_string()
        };
        let deep = parent.path().join("x".repeat(100));
        fs::create_dir(&deep).unwrap();
        assert!(error(&[], &deep).contains("too long for a socket address"));
        assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
        let group = [("PLUGIN_UNIX_SOCKET_GROUP", "no such group")];
        assert!(error(&group, parent.path()).contains("\"no such group\""));
        let missing = parent.path().join("missing");
        assert!(error(&[], &missing).starts_with("cannot listen on "));
    }

    #[test]
    fn group_numbers() {
        let file = "root:x:0:\n# comment\nadm:x:4:syslog\nbroken:x\n";
        assert_eq!(group_number(file, "adm"), Some(4));
        assert_eq!(group_number(file, "ad"), None);
        assert_eq!(group_number(file, "broken"), None);
    }
}
