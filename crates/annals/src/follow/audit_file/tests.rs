use annals_event::{Account, Points, Subject};

use super::*;
use crate::store::conformance::START;
use crate::store::conformance::world::plain;

fn event(seq: u64, account: &str) -> Arc<Event> {
    let mut event = plain(seq.into()).event;
    event.seq = seq;
    event.created_at = START;
    event.category = "task".to_owned();
    event.action = "activated".to_owned();
    event.subject = Some(Subject { id: "c1".to_owned(), name: None });
    event.account = Some(Account { id: account.to_owned() });
    event.points = Some(Points { before: 0, after: 5, delta: 5 });
    Arc::new(event)
}

fn files(folder: &Path, max_bytes: u64, backups: u32) -> AuditFiles {
    AuditFiles { folder: folder.to_owned(), max_bytes, backups, journal: "j 1".to_owned() }
}

fn step(from: u64, to: u64) -> Step {
    Step { from, to: Checkpoint { position: to, as_of: Some(START) } }
}

/// Passes events as the follower does.
fn process(files: &AuditFiles, kept: &mut FileState, events: &[Arc<Event>]) -> Result<()> {
    let lines = events.iter().filter_map(|event| written(event)).collect();
    let to = events.last().map_or(0, |event| event.seq);
    files.append_lines(kept, lines, step(kept.checkpoint().position, to))
}

/// Returns the positions in an account's rotated files, oldest first, and in its file.
fn positions(folder: &Path, account: &str, backups: u32) -> Vec<u128> {
    let base = folder.join(file_name(account));
    let paths = (1..=backups).rev().map(|number| format!("{}.{number}", base.display()));
    let texts = paths.chain([base.display().to_string()]);
    let text: String = texts.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    let id = |line: &str| line.split(" id=\"").nth(1).unwrap()[..36].to_owned();
    text.lines().map(|line| id(line).parse::<annals_event::Uuid>().unwrap()).map(number).collect()
}

fn number(id: annals_event::Uuid) -> u128 {
    id.as_u128() & 0xffff_ffff
}

#[test]
fn lines_half_written_are_cut_and_written_again() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let files = files(&folder, 1_000_000, 5);
    let first: Vec<_> = (1..=4).map(|seq| event(seq, ["a", "b"][seq as usize % 2])).collect();
    let mut kept = files.resume().unwrap();
    process(&files, &mut kept, &first).unwrap();
    let lengths = |name: &str| length_of(&folder.join(file_name(name))).unwrap();
    let (a, b) = (lengths("a"), lengths("b"));

    // The next slice is interrupted after every byte that it would write.
    let line = line(&event(5, "a")).unwrap();
    for broken in [0, 1, line.len() / 2, line.len() - 1, line.len()] {
        let mut kept = FileState::read(&folder, "j 1").unwrap();
        for name in ["a", "b", "new"] {
            kept.lengths.insert(file_name(name), lengths(name));
        }
        kept.write(&folder).unwrap();
        for name in ["a", "new"] {
            let path = folder.join(file_name(name));
            let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
            file.write_all(&line.as_bytes()[..broken]).unwrap();
        }
        let kept = files.resume().unwrap();
        assert_eq!((kept.checkpoint().position, kept.lengths.len()), (4, 0));
        assert_eq!((lengths("a"), lengths("b"), lengths("new")), (a, b, 0));
    }
    let mut kept = files.resume().unwrap();
    process(&files, &mut kept, &[event(5, "a"), event(6, "new")]).unwrap();
    assert_eq!(positions(&folder, "a", 5), [2, 4, 5]);
    assert_eq!(positions(&folder, "b", 5), [1, 3]);
    assert_eq!(positions(&folder, "new", 5), [6]);
}

#[test]
fn files_rotate_between_lines_and_no_line_is_lost_on_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let length = line(&event(1, "a")).unwrap().len() as u64;
    let files = files(&folder, length * 10 + 3, 3);
    let mut kept = files.resume().unwrap();
    let events: Vec<_> = (1..=35).map(|seq| event(seq, "a")).collect();
    for slice in events.chunks(16) {
        process(&files, &mut kept, slice).unwrap();
        kept = files.resume().unwrap();
    }
    assert_eq!(positions(&folder, "a", 3), (1..=35).collect::<Vec<_>>());
    for name in names(&folder).unwrap().iter().filter(|name| name.starts_with(line::PREFIX)) {
        assert!(length_of(&folder.join(name)).unwrap() <= length * 10 + 3, "{name}");
    }
    // Three are kept beside the file: the oldest lines are deleted.
    let events: Vec<_> = (36..=55).map(|seq| event(seq, "a")).collect();
    process(&files, &mut kept, &events).unwrap();
    assert_eq!(positions(&folder, "a", 4), (21..=55).collect::<Vec<_>>());

    // It was interrupted in the middle of a rotation.
    let base = folder.join(file_name("a"));
    let file = file_name("a");
    kept.rotating = Some(checkpoint::Rotation { file, existing: rotate::existing(&base, 3) });
    kept.write(&folder).unwrap();
    std::fs::remove_file(format!("{}.3", base.display())).unwrap();
    let kept = files.resume().unwrap();
    assert!(kept.rotating.is_none() && !base.exists());
    assert_eq!(positions(&folder, "a", 3), (31..=55).collect::<Vec<_>>());
}

#[test]
fn ten_thousand_accounts_need_no_file_kept_open() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let files = files(&folder, 1_000_000, 5);
    let mut kept = files.resume().unwrap();
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = open();
    let events: Vec<_> = (1..=10_000).map(|seq| event(seq, &format!("user{seq}"))).collect();
    for slice in events.chunks(512) {
        process(&files, &mut kept, slice).unwrap();
        // Other tests open a few files too.
        assert!(open() < before + 100);
    }
    assert_eq!(names(&folder).unwrap().len(), 10_001);
    assert_eq!(positions(&folder, "user10000", 5), [10_000]);
}

#[test]
fn of_another_journal_or_another_boot_nothing_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let ours = files(&folder, 1_000_000, 5);
    let begin = || {
        let mut kept = ours.clear().unwrap();
        process(&ours, &mut kept, &[event(1, "a")]).unwrap();
        assert_eq!(ours.resume().unwrap().checkpoint().position, 1);
    };
    begin();
    let other = AuditFiles { journal: "j 2".to_owned(), ..ours.clone() };
    assert_eq!(other.resume().unwrap().checkpoint().position, 0);
    assert_eq!(positions(&folder, "a", 5), []);
    for (from, to) in [("\"boot\":\"", "\"boot\":\"another"), ("{", "")] {
        begin();
        let text = std::fs::read_to_string(folder.join(STATE)).unwrap().replacen(from, to, 1);
        std::fs::write(folder.join(STATE), text).unwrap();
        assert_eq!(ours.resume().unwrap().checkpoint().position, 0);
        assert_eq!(positions(&folder, "a", 5), []);
    }
}

#[test]
fn an_account_s_files_are_removed_and_nobody_else_s() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let files = files(&folder, 300, 2);
    let mut kept = files.resume().unwrap();
    let events: Vec<_> = (1..=6).map(|seq| event(seq, ["a", "a1"][seq as usize % 2])).collect();
    process(&files, &mut kept, &events).unwrap();
    assert_eq!(positions(&folder, "a", 2), [2, 4, 6]);
    remove_account(&folder, "a").unwrap();
    remove_account(&folder, "never").unwrap();
    remove_account(&directory.path().join("nowhere"), "a").unwrap();
    assert_eq!((positions(&folder, "a", 2), positions(&folder, "a1", 2)), (vec![], vec![1, 3, 5]));
    // The follower continues where it was.
    process(&files, &mut kept, &[event(7, "a")]).unwrap();
    assert_eq!(positions(&folder, "a", 2), [7]);
}

#[test]
fn where_there_is_nothing_to_write_the_checkpoint_is_saved_now_and_then() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let files = files(&folder, 1_000_000, 5);
    let mut kept = files.resume().unwrap();
    files.append_lines(&mut kept, Vec::new(), step(0, 9_999)).unwrap();
    assert_eq!(files.resume().unwrap().checkpoint().position, 0);
    files.append_lines(&mut kept, Vec::new(), step(9_999, 10_000)).unwrap();
    assert_eq!(files.resume().unwrap().checkpoint().position, 10_000);
}

#[tokio::test]
async fn a_user_s_files_are_removed_and_for_a_child_all_are_written_again() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let files = files(&folder, 1_000_000, 5);
    let mut output = AuditFileOutput { files, kept: Arc::default() };
    output.resume().await.unwrap();
    let events = [event(1, "a"), event(2, "b")];
    output.process(&events, step(0, 2)).await.unwrap();
    let person = |id: &str, user| Forgotten { id: id.to_owned(), user };
    assert!(!output.forget(&person("a", true)).await.unwrap());
    assert_eq!((positions(&folder, "a", 5), positions(&folder, "b", 5)), (vec![], vec![2]));
    assert_eq!(output.resume().await.unwrap().position, 2);
    assert!(output.forget(&person("c1", false)).await.unwrap());
    assert_eq!(positions(&folder, "b", 5), []);
    assert_eq!(output.resume().await.unwrap().position, 0);
}
