//! A PostgreSQL server, and the supervisor that ends it.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs;

/// The longest time for a server to start or stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// The choice whether acknowledged writes survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Durable, as in production.
    Real,
    /// Without syncing, for tests about something else.
    Forgetful,
}

/// A running server. Its directory is in `/tmp`, because a socket's path must be short.
#[derive(Debug)]
pub struct Cluster {
    base: PathBuf,
    durability: Durability,
    /// Further settings of the server, `name=value`.
    settings: Vec<String>,
    /// `true` if the server ends with this value, not with the last process that uses it.
    own: bool,
    /// A shared lock: the supervisor keeps the server running while somebody holds it.
    _user: File,
}

/// Runs the server until nobody has held `users.lock` for some seconds, then stops and removes it.
/// A process that joins holds `start.lock` while it checks whether a server runs.
const SUPERVISOR: &str = r#"
base=$1; wait=$2; shift 2
"$@" >"$base/server/log" 2>&1 &
server=$!
quiet=0
while kill -0 $server 2>/dev/null; do
  sleep 1
  if flock --nonblock --exclusive "$base/users.lock" true; then quiet=$((quiet + 1)); else quiet=0; fi
  [ $quiet -ge $wait ] || continue
  exec 9>"$base/start.lock"
  flock --exclusive 9
  if flock --nonblock --exclusive "$base/users.lock" true; then
    kill -INT $server
    wait $server
    rm -rf "$base"
    exit
  fi
  exec 9>&-
  quiet=0
done
"#;

fn lock_file(path: &Path) -> File {
    File::options().create(true).truncate(false).write(true).open(path).unwrap()
}

impl Cluster {
    /// Starts a server for this test only, on a new directory.
    pub fn start(durability: Durability, settings: &[&str]) -> Cluster {
        let mut at = 0;
        let base = loop {
            let base = PathBuf::from(format!("/tmp/annals-pg-{}-{at}", std::process::id()));
            match fs::create_dir(&base) {
                Ok(()) => break base,
                Err(error) => assert!(base.exists(), "{error}"),
            }
            at += 1;
        };
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut cluster = Cluster::open(&base, durability, settings);
        cluster.own = true;
        cluster
    }

    /// Joins the shared server in this directory, and starts it if none runs.
    pub(crate) fn join(base: &Path, durability: Durability) -> Cluster {
        Cluster::open(base, durability, Vec::new())
    }

    fn open(base: &Path, durability: Durability, settings: Vec<String>) -> Cluster {
        loop {
            fs::create_dir_all(base).unwrap();
            fs::set_permissions(base, fs::Permissions::from_mode(0o755)).unwrap();
            let turn = lock_file(&base.join("start.lock"));
            turn.lock().unwrap();
            // The supervisor may have removed the directory while this process waited for the lock.
            if !base.join("start.lock").exists() {
                continue;
            }
            let user = lock_file(&base.join("users.lock"));
            user.lock_shared().unwrap();
            let base = base.to_owned();
            let cluster = Cluster { base, durability, settings, own: false, _user: user };
            if !cluster.answers() {
                cluster.initialise();
                cluster.run();
            }
            return cluster;
        }
    }

    /// The URL of a database, for a role.
    pub fn url(&self, role: &str, database: &str) -> String {
        let socket = self.directory().display().to_string().replace('/', "%2F");
        format!("postgres://{role}@{socket}/{database}")
    }

    /// Runs SQL as the superuser. Returns the output of `psql`, without decoration.
    ///
    /// # Panics
    /// The SQL fails.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.try_psql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs SQL like [`Cluster::psql`]; an error holds the message.
    pub fn try_psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let output = Command::new(programs::directory().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"])
            .args([&self.url("postgres", database), "-c", sql])
            .output()
            .unwrap();
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).unwrap().trim_end().to_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Ends the server at once, like a crash; the supervisor ends with it.
    pub fn crash(&self) {
        let pid = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        // SIGQUIT is PostgreSQL's immediate shutdown.
        let sent = Command::new("kill").args(["-QUIT", pid]).status();
        assert!(sent.unwrap().success());
        let until = Instant::now() + PATIENCE;
        while Path::new(&format!("/proc/{pid}")).exists() {
            assert!(Instant::now() < until, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts the server again after [`Cluster::crash`].
    pub fn run(&self) {
        let mut supervisor = Command::new("setsid");
        let patience = if self.own { "1" } else { "6" };
        supervisor.args(["sh", "-c", SUPERVISOR, "supervisor"]);
        supervisor.arg(&self.base).arg(patience).args(programs::command("postgres"));
        supervisor.arg("-D").arg(self.data()).arg("-k").arg(self.directory());
        let unsafe_but_fast = ["fsync=off", "full_page_writes=off"];
        let settings = ["max_connections=400", "log_error_verbosity=terse"].into_iter();
        let forgetful = self.durability == Durability::Forgetful;
        let settings = settings.chain(unsafe_but_fast.into_iter().filter(|_| forgetful));
        let local = "listen_addresses=";
        for setting in
            [local].into_iter().chain(settings).chain(self.settings.iter().map(String::as_str))
        {
            supervisor.args(["-c", setting]);
        }
        supervisor.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = supervisor.spawn().unwrap();
        std::thread::spawn(move || child.wait());
        let until = Instant::now() + PATIENCE;
        while self.try_psql("postgres", "SELECT 1").is_err() {
            if Instant::now() > until {
                let log = fs::read_to_string(self.directory().join("log"));
                panic!("PostgreSQL does not start: {log:?}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Enables TLS with a certificate for an address, and refuses plain TCP connections. Returns
    /// the file of the signing authority. The listening addresses are those of the settings it was
    /// started with.
    pub fn speak_tls(&self, address: &str) -> PathBuf {
        let data = self.data();
        let authority = self.base.join("authority.pem");
        let script = format!(
            "set -e; cd {base}
             openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority \
               -keyout authority.key -out authority.pem
             openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr
             printf 'subjectAltName=IP:{address}' > extensions
             openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key \
               -CAcreateserial -days 2 -extfile extensions -out server.crt
             chmod 600 server.key
             chown --reference={data} server.key server.crt
             mv server.key server.crt {data}
             sed -i '/^host /d' {data}/pg_hba.conf
             echo 'hostssl all all 127.0.0.0/8 trust' >> {data}/pg_hba.conf",
            base = self.base.display(),
            data = data.display(),
        );
        let made = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(made.status.success(), "these tests need `openssl`: {made:?}");
        self.psql("postgres", "ALTER SYSTEM SET ssl = on");
        self.psql("postgres", "SELECT pg_reload_conf()");
        let until = Instant::now() + PATIENCE;
        while self.psql("postgres", "SHOW ssl") != "on" {
            assert!(Instant::now() < until, "the server does not speak TLS");
            std::thread::sleep(Duration::from_millis(20));
        }
        authority
    }

    /// The directory of the server's files and its socket.
    pub fn directory(&self) -> PathBuf {
        self.base.join("server")
    }

    fn data(&self) -> PathBuf {
        self.directory().join("data")
    }

    fn answers(&self) -> bool {
        UnixStream::connect(self.directory().join(".s.PGSQL.5432")).is_ok()
            && self.try_psql("postgres", "SELECT 1").is_ok()
    }

    fn initialise(&self) {
        let directory = self.directory();
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        programs::hand_over(&directory);
        let words = programs::command("initdb");
        // This collation sorts like people do, so that code which relies on byte order has to say
        // so.
        let made = Command::new(&words[0])
            .args(&words[1..])
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"])
            .args(["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "-D"])
            .arg(self.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {made:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.own && self.answers() {
            self.crash();
        }
        if self.own {
            let _ = fs::remove_dir_all(&self.base);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_one_s_own_goes_with_it_and_survives_its_crash() {
        let cluster = Cluster::start(Durability::Real, &[]);
        let base = cluster.base.clone();
        cluster.psql("postgres", "CREATE TABLE kept AS SELECT 7 AS n");
        cluster.crash();
        assert!(!cluster.answers());
        cluster.run();
        assert_eq!(cluster.psql("postgres", "SELECT n FROM kept"), "7");
        assert_eq!(cluster.psql("postgres", "SHOW fsync"), "on");
        drop(cluster);
        assert!(!base.exists());
    }

    #[test]
    fn tests_share_a_server_and_have_databases_of_their_own() {
        let (one, two) = (crate::Database::create(), crate::Database::create());
        one.sql("CREATE TABLE t (n int)");
        assert_eq!(one.sql("SELECT count(*) FROM t"), "0");
        assert_eq!(two.sql("SELECT to_regclass('t') IS NULL"), "t");
        assert_eq!(one.sql("SHOW server_encoding"), "UTF8");
        let name = one.name.clone();
        drop(one);
        let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        assert_eq!(two.sql(&sql), "0");
    }
}
