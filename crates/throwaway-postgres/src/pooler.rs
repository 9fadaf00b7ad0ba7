//! PgBouncer before the server that tests share.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs;

/// A pooler, which ends with this value.
#[derive(Debug)]
pub struct Pooler {
    child: Child,
    directory: PathBuf,
    database: String,
}

/// The port in the name of the pooler's socket.
const PORT: u16 = 6432;

impl Pooler {
    /// Starts a pooler in a mode, `session` or `transaction`, before a server's socket.
    ///
    /// # Panics
    /// PgBouncer is not installed, or does not start.
    pub(crate) fn start(server: &Path, database: &str, mode: &str) -> Pooler {
        let directory = PathBuf::from(format!("/tmp/annals-{database}-{mode}"));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        let here = directory.display();
        let users = directory.join("users");
        fs::write(&users, "\"postgres\" \"\"\n").unwrap();
        let settings = format!(
            "[databases]\n* = user=postgres host={}\n[pgbouncer]\nlisten_port={PORT}\nunix_socket_dir={here}\n\
             auth_type=any\nauth_file={}\npool_mode={mode}\n",
            server.display(),
            users.display()
        );
        let file = directory.join("pgbouncer.ini");
        fs::write(&file, settings).unwrap();
        programs::hand_over(&directory);
        let installed = Path::new("/usr/sbin/pgbouncer");
        let program = if installed.exists() { installed } else { Path::new("pgbouncer") };
        let words = programs::as_server_user(program.display().to_string());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg("-q").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("PgBouncer is not installed ({error}): `apt-get install pgbouncer` (or `make tools`)")
        });
        let pooler = Pooler { child, directory, database: database.to_owned() };
        let socket = pooler.directory.join(format!(".s.PGSQL.{PORT}"));
        let until = Instant::now() + Duration::from_secs(60);
        while UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < until, "PgBouncer does not start (`make tools` installs it)");
            std::thread::sleep(Duration::from_millis(20));
        }
        pooler
    }

    /// The URL of the database through the pooler.
    pub fn url(&self) -> String {
        let socket = self.directory.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}:{PORT}/{}", self.database)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
